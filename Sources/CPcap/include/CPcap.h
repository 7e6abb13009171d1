// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PICKET_CPCAP_H
#define PICKET_CPCAP_H

#include <pcap/pcap.h>
#include <stddef.h>
#include <stdint.h>

/// The bytes that a capture is read from: some that were read already, then a descriptor.
struct capture_stream;

/// Opens a capture whose first `count` bytes were already read from the descriptor, with
/// nanosecond timestamps. The descriptor stays the caller's and must outlive the handle.
/// NULL on failure, with libpcap's words in `error` (PCAP_ERRBUF_SIZE bytes).
///
/// A shim because fopencookie(3), the only way to hand libpcap bytes that were taken from a pipe,
/// needs _GNU_SOURCE, which no header may define.
pcap_t *capture_open(int descriptor, const void *head, size_t count,
                     struct capture_stream **stream, char *error);

/// Bytes that libpcap took from the stream so far. The stream is freed by pcap_close.
uint64_t capture_bytes_read(const struct capture_stream *stream);

/// The errno of the read that failed; 0 when none did.
int capture_read_error(const struct capture_stream *stream);

#endif
