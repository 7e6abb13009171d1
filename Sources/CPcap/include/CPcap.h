// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PICKET_CPCAP_H
#define PICKET_CPCAP_H

#include <pcap/pcap.h>

#endif
