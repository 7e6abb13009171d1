// SPDX-License-Identifier: GPL-3.0-or-later
// The C names that NFLog and HostFacts use. Never define _GNU_SOURCE here: it changes what every importer sees.
#ifndef PICKET_CNETFILTER_H
#define PICKET_CNETFILTER_H

// The kernel's header stands first: the library's copy of it has the same guard and is older.
#include <linux/netfilter/nfnetlink_log.h>

#include <libmnl/libmnl.h>
#include <libnetfilter_log/libnetfilter_log.h>
#include <linux/filter.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/inet_diag.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>

/// SO_MEMINFO: the index of a socket's own drop count, and how many numbers there are.
///
/// In linux/sock_diag.h as members of an anonymous enum, which Swift imports without a fixed type.
static inline int picket_meminfo_drops(void) { return SK_MEMINFO_DROPS; }
static inline int picket_meminfo_count(void) { return SK_MEMINFO_VARS; }

/// NLA_TYPE_MASK: ~(NLA_F_NESTED | NLA_F_NET_BYTEORDER), an expression that Swift does not import.
static inline uint16_t picket_attribute_type_mask(void) { return (uint16_t)NLA_TYPE_MASK; }

/// NLM_F_DUMP: (NLM_F_ROOT | NLM_F_MATCH), as a message header holds it.
static inline uint16_t picket_dump_flags(void) { return NLM_F_REQUEST | NLM_F_DUMP; }

// The attributes that came after the library's copy of the header, for kernel headers that lack
// them too. Source: linux/netfilter/nfnetlink_log.h of Linux 4.17.
enum {
    PICKET_NFULA_VLAN = 20,
    PICKET_NFULA_L2HDR = 21,
    PICKET_NFULA_VLAN_PROTO = 1,
    PICKET_NFULA_VLAN_TCI = 2,
};

#endif
