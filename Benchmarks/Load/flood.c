// SPDX-License-Identifier: GPL-3.0-or-later
// Sends SYNs or datagrams from many made-up sources into one interface, as fast as it can or at a pace.
//
//     flood INTERFACE MAC [--count N] [--pace N] [--sources N] [--ports N] [--hosts N] [--v6 PERCENT]
//           [--udp] [--seed N]
//
// The same seed gives the same packets. Sources come in random order. Prints one JSON object: packets
// sent, and the time that it took. Frames leave by AF_PACKET, past this host's routing and queues; the
// MAC is that of the interface at the other end. Use it on a veth pair of your own only.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, FRAME = 128 };

static struct {
    uint64_t count, pace, sources, ports, hosts, v6, seed;
    bool udp;
} want = {.count = 1000000, .sources = 65536, .ports = 1, .hosts = 1, .v6 = 10, .seed = 1};

static uint8_t target_mac[6];
static uint64_t state;

// xorshift64* (Vigna 2014): cheap, and the same everywhere.
static uint64_t next_random(void) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545f4914f6cdd1dull;
}

// Below the bound without a division: the high half of a product.
static uint64_t below(uint64_t bound) {
    return (uint64_t)(((unsigned __int128)next_random() * bound) >> 64);
}

static uint64_t mix(uint64_t value) {
    value = (value ^ value >> 31) * 0x7fb5d329728ea185ull;
    value = (value ^ value >> 27) * 0x81dadef4bc2dd44dull;
    return value ^ value >> 33;
}

// A source has one address: the low 24 bits differ from every other source's, so that none is
// counted twice; the first octet is one that may stand on a wire (no 0, 10, 127, 192, or above 223).
static uint32_t source4(uint64_t number) {
    uint32_t octet = 1 + (uint32_t)(mix(number ^ want.seed << 32) % 191);
    if (octet == 10 || octet == 127) octet++;
    uint32_t low = ((uint32_t)number * 0x9e3779b1u + (uint32_t)want.seed * 0x85ebca6bu) & 0xffffffu;
    return octet << 24 | low;
}

// A /64 of its own in 2001:db8::/32.
static void source6(uint64_t number, uint8_t address[16]) {
    uint64_t network = 0x20010db800000000ull | (uint32_t)((uint32_t)number * 0x9e3779b1u + want.seed);
    uint64_t host = mix(number);
    for (int i = 0; i < 8; i++) {
        address[i] = (uint8_t)(network >> (56 - 8 * i));
        address[8 + i] = (uint8_t)(host >> (56 - 8 * i));
    }
}

static uint32_t sum(const void *data, size_t length, uint32_t start) {
    const uint8_t *bytes = data;
    for (size_t i = 0; i + 1 < length; i += 2) start += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    return start;
}

static uint16_t folded(uint32_t total) {
    while (total >> 16) total = (total & 0xffff) + (total >> 16);
    return htons((uint16_t)~total);
}

// What follows the IP header; the checksum is not looked at by a firewall that drops before
// the transport, and so is left out.
static size_t transport(uint8_t *place) {
    uint16_t from = htons((uint16_t)(1024 + below(64000)));
    uint16_t to = htons((uint16_t)(want.ports == 1 ? 80 : 1 + below(want.ports)));
    if (want.udp) {
        struct udphdr udp = {.source = from, .dest = to, .len = htons(20)};
        memcpy(place, &udp, sizeof udp);
        memset(place + sizeof udp, 'x', 12);
        return 20;
    }
    struct tcphdr tcp = {.source = from, .dest = to, .seq = (uint32_t)next_random(), .doff = 6, .syn = 1,
                         .window = htons(1024)};
    memcpy(place, &tcp, sizeof tcp);
    memcpy(place + sizeof tcp, "\2\4\5\xb4", 4);
    return 24;
}

static size_t make(uint8_t frame[FRAME]) {
    uint64_t number = below(want.sources);
    // Whether a source speaks IPv6 follows from its number: it never changes.
    bool six = mix(number) % 100 < want.v6;
    uint8_t host = (uint8_t)(1 + below(want.hosts));
    memcpy(frame, target_mac, 6);
    memcpy(frame + 6, "\2\0\0\0\0\1", 6);
    frame[12] = six ? 0x86 : 0x08;
    frame[13] = six ? 0xdd : 0x00;
    uint8_t *packet = frame + 14;
    uint8_t protocol = want.udp ? IPPROTO_UDP : IPPROTO_TCP;
    if (six) {
        struct ip6_hdr ip = {.ip6_flow = htonl(6u << 28), .ip6_nxt = protocol, .ip6_hlim = 57};
        size_t length = transport(packet + sizeof ip);
        ip.ip6_plen = htons((uint16_t)length);
        source6(number, ip.ip6_src.s6_addr);
        memcpy(ip.ip6_dst.s6_addr, "\x20\1\xd\xb8\0\1\0\0\0\0\0\0\0\0\0", 15);
        ip.ip6_dst.s6_addr[15] = host;
        memcpy(packet, &ip, sizeof ip);
        return 14 + sizeof ip + length;
    }
    struct iphdr ip = {.version = 4, .ihl = 5, .ttl = 57, .protocol = protocol};
    size_t length = transport(packet + sizeof ip);
    ip.tot_len = htons((uint16_t)(sizeof ip + length));
    ip.id = (uint16_t)next_random();
    ip.saddr = htonl(source4(number));
    ip.daddr = htonl(0xc0000200u | host);  // 192.0.2.0/24, RFC 5737
    ip.check = folded(sum(&ip, sizeof ip, 0));
    memcpy(packet, &ip, sizeof ip);
    return 14 + sizeof ip + length;
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void sleep_until(uint64_t moment) {
    struct timespec time = {(time_t)(moment / 1000000000u), (long)(moment % 1000000000u)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR) {}
}

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
    exit(71);
}

static int open_wire(const char *interface) {
    int wire = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (wire < 0) fail("cannot open a packet socket");
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(interface)};
    if (address.sll_ifindex == 0) fail(interface);
    if (bind(wire, (struct sockaddr *)&address, sizeof address) != 0) fail("cannot bind");
    int one = 1;
    if (setsockopt(wire, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one) != 0)
        fail("cannot go past the queue");
    return wire;
}

static _Noreturn void usage(void) {
    fprintf(stderr,
            "usage: flood INTERFACE MAC [--count N] [--pace N] [--sources N] [--ports N] [--hosts N] "
            "[--v6 PERCENT] [--udp] [--seed N]\n");
    exit(64);
}

static void read_options(int count, char **words) {
    struct {
        const char *name;
        uint64_t *value, lowest, highest;
    } options[] = {
        {"--count", &want.count, 1, UINT64_MAX},  {"--pace", &want.pace, 0, 1000000000},
        {"--sources", &want.sources, 1, 1 << 24}, {"--ports", &want.ports, 1, 65535},
        {"--hosts", &want.hosts, 1, 254},         {"--v6", &want.v6, 0, 100},
        {"--seed", &want.seed, 0, UINT32_MAX},
    };
    for (int i = 3; i < count; i++) {
        if (strcmp(words[i], "--udp") == 0) {
            want.udp = true;
            continue;
        }
        bool known = false;
        for (size_t k = 0; k < sizeof options / sizeof options[0] && i + 1 < count; k++) {
            if (strcmp(words[i], options[k].name) != 0) continue;
            char *end;
            *options[k].value = strtoull(words[i + 1], &end, 10);
            known = *end == 0 && end != words[i + 1] && *options[k].value >= options[k].lowest &&
                    *options[k].value <= options[k].highest;
        }
        if (!known) usage();
        i++;
    }
}

int main(int count, char **words) {
    if (count < 3 || sscanf(words[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &target_mac[0], &target_mac[1],
                            &target_mac[2], &target_mac[3], &target_mac[4], &target_mac[5]) != 6)
        usage();
    read_options(count, words);
    state = mix(want.seed + 1) | 1;
    int wire = open_wire(words[1]);
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);

    static uint8_t frames[BATCH][FRAME];
    struct iovec vectors[BATCH];
    struct mmsghdr messages[BATCH];
    memset(messages, 0, sizeof messages);
    for (int i = 0; i < BATCH; i++) {
        vectors[i].iov_base = frames[i];
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    // With a pace the packets come evenly, in steps of a tenth of a millisecond at most.
    uint64_t step = BATCH;
    if (want.pace > 0) step = want.pace / 10000 < 1 ? 1 : want.pace / 10000;
    if (step > BATCH) step = BATCH;
    uint64_t start = now(), sent = 0, refused = 0;
    while (sent < want.count) {
        unsigned batch = (unsigned)(want.count - sent < step ? want.count - sent : step);
        if (want.pace > 0)
            sleep_until(start + (uint64_t)((unsigned __int128)sent * 1000000000u / want.pace));
        for (unsigned i = 0; i < batch; i++) vectors[i].iov_len = make(frames[i]);
        for (unsigned done = 0; done < batch;) {
            int result = sendmmsg(wire, messages + done, batch - done, 0);
            if (result < 0) {
                // The other end's queue is full: the packet counts as refused, and the next has its turn.
                if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR) fail("cannot send");
                if (errno == EINTR) continue;
                refused++;
                result = 1;
            }
            done += (unsigned)result;
        }
        sent += batch;
    }
    double seconds = (double)(now() - start) / 1e9;
    printf("{\"sent\":%llu,\"refused\":%llu,\"seconds\":%.6f}\n", (unsigned long long)(sent - refused),
           (unsigned long long)refused, seconds);
    return 0;
}
