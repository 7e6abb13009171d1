// SPDX-License-Identifier: GPL-3.0-or-later
// Counts what a program asks the allocator for: LD_PRELOAD it. At the end of the program it writes one
// line on standard error, "allocations N bytes M".
//
// The C library's own entry points (__libc_malloc …) do the work, so that nothing has to be looked up
// while the first allocations are made.
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static atomic_ullong count, bytes;

static void note(size_t size) {
    atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&bytes, size, memory_order_relaxed);
}

void *malloc(size_t size) {
    note(size);
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    note(number * size);
    return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
    note(size);
    return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
    note(size);
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **place, size_t alignment, size_t size) {
    *place = memalign(alignment, size);
    return *place == NULL && size > 0 ? ENOMEM : 0;
}

__attribute__((destructor)) static void tell(void) {
    char line[96];
    int length = snprintf(line, sizeof line, "allocations %llu bytes %llu\n", atomic_load(&count),
                          atomic_load(&bytes));
    if (length > 0) (void)!write(STDERR_FILENO, line, (size_t)length);
}
