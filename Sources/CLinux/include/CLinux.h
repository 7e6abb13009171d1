// SPDX-License-Identifier: GPL-3.0-or-later
// What Swift cannot import from glibc: variadic calls and those that need _GNU_SOURCE.
#ifndef PICKET_CLINUX_H
#define PICKET_CLINUX_H

#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// eventfd(2) with EFD_CLOEXEC | EFD_NONBLOCK; -1 and errno on failure.
int picket_eventfd(void);

/// pthread_setname_np(3) for the calling thread; names are cut at 15 bytes by the kernel's rule.
void picket_name_this_thread(const char *name);

/// CPU time that the calling thread has used, in nanoseconds (clock_gettime, CLOCK_THREAD_CPUTIME_ID).
int64_t picket_thread_cpu_ns(void);

/// Becomes the user and group with CAP_NET_ADMIN as the only capability, ambient so that programs that
/// we start have it too; no way back (no_new_privs, bounding set). Returns NULL, or the name of the
/// call that failed, with errno.
const char *picket_become(uint32_t uid, uint32_t gid);

/// Whether the calling thread has the capability now (linux/capability.h numbers).
bool picket_has_capability(int capability);

/// unshare(2) with CLONE_NEWNET: the calling thread moves into a network namespace of its own, which
/// ends with the thread and its sockets. -1 and errno on failure.
int picket_unshare_network(void);

/// setns(2) with CLONE_NEWNET: the calling thread goes to the network namespace of the descriptor.
/// -1 and errno on failure.
int picket_enter_network(int descriptor);

/// sendto(2) with a sockaddr_ll (packet(7)): sends an Ethernet frame by the interface of that number.
/// How many bytes were sent, or -1 and errno.
long picket_send_frame(int socket, int interface, const void *frame, unsigned long size);

/// Whether the kernel believes that its clock is right (adjtimex(2), STA_UNSYNC and TIME_ERROR): 1 yes,
/// 0 no, -1 when it does not say.
int picket_clock_synchronised(void);

/// Takes all capabilities from the calling thread (capset(2)). -1 and errno on failure.
int picket_drop_thread_capabilities(void);

/// From now on SIGINT and SIGTERM do not end the process but are remembered, and system calls that
/// wait return EINTR.
void picket_catch_interrupts(void);

/// The signal that came since then; 0 when none did.
int picket_interrupt(void);

/// Ends the process by the signal, as if it had never been caught.
void picket_die_of(int signal_number);

/// pipe2(2) with O_CLOEXEC: reading end, writing end; -1 and errno on failure.
int picket_pipe(int ends[2]);

/// posix_spawn_file_actions_addclosefrom_np(3): the child has no descriptor from `first` on.
int picket_close_from(posix_spawn_file_actions_t *actions, int first);

/// A datagram socket that is connected to the Unix socket at the path, and waits at most a second for
/// room there; -1 and errno on failure.
int picket_datagram(const char *path);

/// Sends one datagram, or when it is too large for one, a sealed memfd with its bytes, as journald takes
/// it (https://systemd.io/JOURNAL_NATIVE_PROTOCOL). 0, else errno.
int picket_send(int descriptor, const void *bytes, size_t count, bool may_be_memory);

/// environ(7), which Swift takes for a variable that any thread may change.
char *const *picket_environment(void);

/// Tells the processor that this is a spin loop (PAUSE, YIELD).
static inline void picket_spin_hint(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

#endif
