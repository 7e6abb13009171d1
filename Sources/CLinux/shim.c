// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

int picket_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

void picket_name_this_thread(const char *name) { (void)pthread_setname_np(pthread_self(), name); }

int64_t picket_thread_cpu_ns(void) {
    struct timespec used;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) != 0) return 0;
    return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

static int set_capabilities(uint32_t mask) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{mask, mask, mask}, {0, 0, 0}};
    return (int)syscall(SYS_capset, &header, data);
}

const char *picket_become(uint32_t uid, uint32_t gid) {
    const uint32_t net_admin = 1u << CAP_NET_ADMIN;
    // Capabilities that are not in the bounding set can never come back, not even by exec.
    for (int capability = 0; capability <= 63; capability++) {
        if (capability == CAP_NET_ADMIN || prctl(PR_CAPBSET_READ, capability, 0, 0, 0) != 1) continue;
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return "prctl(PR_CAPBSET_DROP)";
    }
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return "prctl(PR_SET_KEEPCAPS)";
    if (setgroups(0, NULL) != 0) return "setgroups";
    if (setresgid(gid, gid, gid) != 0) return "setresgid";
    if (setresuid(uid, uid, uid) != 0) return "setresuid";
    if (set_capabilities(net_admin) != 0) return "capset";
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0) != 0)
        return "prctl(PR_CAP_AMBIENT)";
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "prctl(PR_SET_NO_NEW_PRIVS)";
    return NULL;
}

bool picket_has_capability(int capability) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{0, 0, 0}, {0, 0, 0}};
    if (capability < 0 || capability > 63 || syscall(SYS_capget, &header, data) != 0) return false;
    return data[capability / 32].effective >> (capability % 32) & 1;
}

int picket_unshare_network(void) { return unshare(CLONE_NEWNET); }

int picket_enter_network(int descriptor) { return setns(descriptor, CLONE_NEWNET); }

long picket_send_frame(int socket, int interface, const void *frame, unsigned long size) {
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET, .sll_ifindex = interface, .sll_halen = ETH_ALEN};
    return sendto(socket, frame, size, 0, (struct sockaddr *)&address, sizeof address);
}

int picket_clock_synchronised(void) {
    struct timex state = {0};
    int code = adjtimex(&state);
    if (code < 0) return -1;
    return code != TIME_ERROR && !(state.status & STA_UNSYNC);
}

int picket_drop_thread_capabilities(void) {
    return set_capabilities(0);
}

static volatile sig_atomic_t interrupt;

static void note_interrupt(int signal_number) { interrupt = signal_number; }

static void catch_interrupt(int signal_number) {
    // Without SA_RESTART, so that a read that waits returns.
    struct sigaction action = {.sa_handler = note_interrupt}, before;
    sigset_t set;
    // A shell starts what runs in the background with SIGINT ignored: it stays so.
    if (sigaction(signal_number, NULL, &before) != 0 || before.sa_handler == SIG_IGN) return;
    (void)sigaction(signal_number, &action, NULL);
    // Whoever starts us from a thread that blocks signals hands that down.
    (void)sigemptyset(&set);
    (void)sigaddset(&set, signal_number);
    (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void picket_catch_interrupts(void) {
    catch_interrupt(SIGINT);
    catch_interrupt(SIGTERM);
}

int picket_interrupt(void) { return interrupt; }

void picket_die_of(int signal_number) {
    (void)signal(signal_number, SIG_DFL);
    (void)raise(signal_number);
}

int picket_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int picket_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

char *const *picket_environment(void) { return environ; }

int picket_datagram(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval patience = {.tv_sec = 1};
    int descriptor, cause;
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    (void)setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0) return descriptor;
    cause = errno;
    (void)close(descriptor);
    errno = cause;
    return -1;
}

static int send_memory(int descriptor, const void *bytes, size_t count) {
    const char *rest = bytes;
    char control[CMSG_SPACE(sizeof(int))] = {0};
    struct msghdr message = {.msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *part = CMSG_FIRSTHDR(&message);
    int cause = 0;
    int memory = memfd_create("picket", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (memory < 0) return errno;
    while (count > 0) {
        ssize_t written = write(memory, rest, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break;
        rest += written;
        count -= (size_t)written;
    }
    if (count > 0 ||
        fcntl(memory, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
        cause = errno != 0 ? errno : EIO;
    } else {
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(part), &memory, sizeof memory);
        if (sendmsg(descriptor, &message, MSG_NOSIGNAL) < 0) cause = errno;
    }
    (void)close(memory);
    return cause;
}

int picket_send(int descriptor, const void *bytes, size_t count, bool may_be_memory) {
    ssize_t sent;
    do sent = send(descriptor, bytes, count, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0) return 0;
    if (may_be_memory && (errno == EMSGSIZE || errno == ENOBUFS))
        return send_memory(descriptor, bytes, count);
    return errno;
}
