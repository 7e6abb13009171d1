// SPDX-License-Identifier: GPL-3.0-or-later
// The floor: the least that a program which reads an NFLOG group can do. It counts messages by the
// length in their netlink headers, and looks at nothing inside them.
//
//     drain GROUP
//
// The socket is set as Picket's: batches of 64 KiB and 512 packets, flushed at the kernel's next tick,
// 192 bytes of each packet, a receive buffer of 64 MiB. Says "ready", reads until SIGTERM, then prints
// one JSON object: messages, datagrams, and the thread's CPU time in nanoseconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_log/libnetfilter_log.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t ending;

static void end(int number) {
    (void)number;
    ending = 1;
}

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "drain: %s: %s\n", what, strerror(errno));
    exit(71);
}

static int subscribe(uint16_t group) {
    struct mnl_socket *handle = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (handle == NULL || mnl_socket_bind(handle, 0, 0) != 0) fail("cannot open a netlink socket");
    int wire = mnl_socket_get_fd(handle), bytes = 64 << 20, one = 1;
    if (setsockopt(wire, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0 ||
        setsockopt(wire, SOL_NETLINK, NETLINK_NO_ENOBUFS, &one, sizeof one) != 0)
        fail("cannot set the receive buffer");
    char request[256] __attribute__((aligned(8)));
    struct nlmsghdr *header = nflog_nlmsg_put_header(request, NFULNL_MSG_CONFIG, AF_UNSPEC, group);
    header->nlmsg_flags |= NLM_F_ACK;
    nflog_attr_put_cfg_cmd(header, NFULNL_CFG_CMD_BIND);
    nflog_attr_put_cfg_mode(header, NFULNL_COPY_PACKET, 192);
    mnl_attr_put_u32(header, NFULA_CFG_NLBUFSIZ, htonl(65536));
    mnl_attr_put_u32(header, NFULA_CFG_TIMEOUT, htonl(0));
    mnl_attr_put_u32(header, NFULA_CFG_QTHRESH, htonl(512));
    mnl_attr_put_u16(header, NFULA_CFG_FLAGS, htons(NFULNL_CFG_F_SEQ));
    if (mnl_socket_sendto(handle, header, header->nlmsg_len) < 0) fail("cannot ask for the group");
    ssize_t length = recv(wire, request, sizeof request, 0);
    if (length < (ssize_t)sizeof *header + 4) fail("no answer to the request");
    int code = -*(int *)mnl_nlmsg_get_payload((struct nlmsghdr *)request);
    if (code != 0) {
        errno = code;
        fail("cannot bind to the group");
    }
    return wire;
}

int main(int count, char **words) {
    int group = count == 2 ? atoi(words[1]) : -1;
    if (group < 0 || group > 65535) {
        fprintf(stderr, "usage: drain GROUP\n");
        return 64;
    }
    // The signals come only while we wait, so that none is missed between the look and the wait.
    sigset_t blocked, waiting;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, &waiting);
    struct sigaction action = {.sa_handler = end};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    int wire = subscribe((uint16_t)group);
    puts("ready");
    fflush(stdout);

    static uint8_t buffer[256 << 10] __attribute__((aligned(16)));
    unsigned long long messages = 0, datagrams = 0;
    for (;;) {
        ssize_t length = recv(wire, buffer, sizeof buffer, MSG_TRUNC);
        if (length < 0) {
            if (errno != EAGAIN && errno != EINTR) fail("cannot receive");
            if (ending) break;
            struct pollfd entry = {.fd = wire, .events = POLLIN};
            ppoll(&entry, 1, NULL, &waiting);
            continue;
        }
        datagrams++;
        size_t end = (size_t)length < sizeof buffer ? (size_t)length : sizeof buffer, offset = 0;
        while (offset + sizeof(struct nlmsghdr) <= end) {
            const struct nlmsghdr *header = (const struct nlmsghdr *)(buffer + offset);
            if (header->nlmsg_len < sizeof *header || header->nlmsg_len > end - offset) break;
            if (header->nlmsg_type == (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET)) messages++;
            offset += NLMSG_ALIGN(header->nlmsg_len);
        }
    }
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    printf("{\"messages\":%llu,\"datagrams\":%llu,\"cpu_ns\":%lld}\n", messages, datagrams,
           (long long)used.tv_sec * 1000000000 + used.tv_nsec);
    return 0;
}
