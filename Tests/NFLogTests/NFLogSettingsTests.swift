// SPDX-License-Identifier: GPL-3.0-or-later

import Testing

@testable import NFLog

@Suite("Settings of a group")
struct NFLogConfigurationTests {
    @Test("The defaults are those that lost nothing, and stay as they are")
    func defaults() {
        let settings = NFLogSettings()
        #expect(settings.copyRange == 192)
        #expect(settings.receiveBufferBytes == 64 << 20)
        #expect(settings.queueThreshold == 512)
        #expect(settings.bufferSizeBytes == 65536)
        #expect(settings.flushCentiseconds == 0)
        #expect(settings.clamped() == settings)
    }

    @Test("A value out of its range moves to the range's end")
    func clamping() {
        let low = NFLogSettings(
            copyRange: 0, receiveBufferBytes: -1, queueThreshold: 0, bufferSizeBytes: 1,
            flushCentiseconds: .min
        ).clamped()
        #expect(
            low
                == NFLogSettings(
                    copyRange: 64, receiveBufferBytes: 16384, queueThreshold: 1,
                    bufferSizeBytes: 8192, flushCentiseconds: 0))
        let high = NFLogSettings(
            copyRange: .max, receiveBufferBytes: .max, queueThreshold: .max,
            bufferSizeBytes: 131_073, flushCentiseconds: .max
        ).clamped()
        #expect(
            high
                == NFLogSettings(
                    copyRange: 65531, receiveBufferBytes: (1 << 30) - 1, queueThreshold: 65535,
                    bufferSizeBytes: 131_072, flushCentiseconds: 6000))
    }
}
