// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include "CPcap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct capture_stream {
    uint64_t bytes_read;
    size_t head_count;
    size_t head_taken;
    int descriptor;
    int read_error;
    unsigned char head[];
};

static ssize_t stream_read(void *cookie, char *buffer, size_t size)
{
    struct capture_stream *stream = cookie;
    ssize_t count;

    if (stream->head_taken < stream->head_count) {
        size_t rest = stream->head_count - stream->head_taken;
        count = (ssize_t)(rest < size ? rest : size);
        memcpy(buffer, stream->head + stream->head_taken, (size_t)count);
        stream->head_taken += (size_t)count;
    } else {
        // EINTR is an error like others: only somebody who wants to stop the reading causes it.
        count = read(stream->descriptor, buffer, size);
        if (count < 0)
            stream->read_error = errno;
    }
    if (count > 0)
        stream->bytes_read += (uint64_t)count;
    return count;
}

static int stream_close(void *cookie)
{
    free(cookie);
    return 0;
}

pcap_t *capture_open(int descriptor, const void *head, size_t count,
                     struct capture_stream **result, char *error)
{
    cookie_io_functions_t functions = {.read = stream_read, .close = stream_close};
    struct capture_stream *stream = calloc(1, sizeof *stream + count);
    FILE *file;
    pcap_t *handle;

    error[0] = 0;
    if (stream == NULL) {
        snprintf(error, PCAP_ERRBUF_SIZE, "%s", strerror(ENOMEM));
        return NULL;
    }
    stream->descriptor = descriptor;
    stream->head_count = count;
    memcpy(stream->head, head, count);
    file = fopencookie(stream, "r", functions);
    if (file == NULL) {
        snprintf(error, PCAP_ERRBUF_SIZE, "%s", strerror(errno));
        free(stream);
        return NULL;
    }
    setvbuf(file, NULL, _IOFBF, 256 * 1024);
    handle = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, error);
    if (handle == NULL) {
        fclose(file);
        return NULL;
    }
    *result = stream;
    return handle;
}

uint64_t capture_bytes_read(const struct capture_stream *stream)
{
    return stream->bytes_read;
}

int capture_read_error(const struct capture_stream *stream)
{
    return stream->read_error;
}
