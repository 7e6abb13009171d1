// SPDX-License-Identifier: GPL-3.0-or-later

import NIOCore

/// Cuts what arrives into lines; a last line without its newline is not one.
struct LineDecoder: ByteToMessageDecoder {
    typealias InboundOut = String

    /// How much of the buffer is known to hold no newline, so that it is looked at once.
    private var searched = 0

    mutating func decode(
        context: ChannelHandlerContext, buffer: inout ByteBuffer
    ) throws -> DecodingState {
        let unseen = buffer.readableBytesView.dropFirst(searched)
        guard let end = unseen.firstIndex(of: 0x0a),
            let line = buffer.readString(length: end - buffer.readerIndex)
        else {
            searched = buffer.readableBytes
            return .needMoreData
        }
        searched = 0
        buffer.moveReaderIndex(forwardBy: 1)
        context.fireChannelRead(wrapInboundOut(line))
        return .continue
    }

    mutating func decodeLast(
        context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
    ) throws -> DecodingState {
        while case .continue = try decode(context: context, buffer: &buffer) {}
        buffer.clear()
        return .needMoreData
    }
}
