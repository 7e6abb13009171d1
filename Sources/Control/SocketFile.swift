// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation
import NIOCore
import NIOPosix

/// The file by which a Unix socket is found.
struct SocketFile {
    let path: String

    func makeDirectory() throws {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard !FileManager.default.fileExists(atPath: directory) else { return }
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o755])
        } catch {
            throw failure(error)
        }
    }

    /// Removes the socket of a daemon that died.
    ///
    /// Throws: ``ControlError`` when somebody answers there or the file is something else.
    func clear(group: any EventLoopGroup) async throws {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let type = attributes?[.type] as? FileAttributeType else { return }
        guard type == .typeSocket else {
            throw ControlError(.listen, path: path, .notASocket)
        }
        do {
            let channel = try await ClientBootstrap(group: group)
                .connect(unixDomainSocketPath: path).get()
            try? await channel.close()
            throw ControlError(.listen, path: path, .alreadyRunning)
        } catch let error as IOError where error.errnoCode == 111 {
            // ECONNREFUSED: nobody listens any more.
            remove()
        } catch let error as IOError where error.errnoCode == 11 {
            // EAGAIN: somebody listens, and has his hands full.
            throw ControlError(.listen, path: path, .alreadyRunning)
        }
    }

    /// Owner and group may ask, nobody else.
    func restrict() throws {
        do {
            try FileManager.default.setAttributes([.posixPermissions: 0o660], ofItemAtPath: path)
        } catch {
            throw failure(error)
        }
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    private func failure(_ error: any Error) -> ControlError {
        switch (error as? CocoaError)?.code {
        case .fileWriteNoPermission, .fileReadNoPermission:
            ControlError(.listen, path: path, .permission)
        default:
            ControlError(.listen, path: path, .system(error.localizedDescription))
        }
    }
}
