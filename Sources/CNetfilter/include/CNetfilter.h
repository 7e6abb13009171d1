// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PICKET_CNETFILTER_H
#define PICKET_CNETFILTER_H

#include <libmnl/libmnl.h>
#include <libnetfilter_log/libnetfilter_log.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>

#endif
