// SPDX-License-Identifier: GPL-3.0-or-later

import Daemon
import Glibc

/// The terminal while a full-screen command has it; the only file of this module with unsafe code.
///
/// It was as it is found again: ``leave()`` gives back its settings and its screen, and so does the
/// end of the value.
/// Safety: every pointer here is to a local value and does not outlive its call.
/// Source: termios(3), ioctl_tty(2); the control sequences are those of xterm, which tmux, screen,
/// the Linux console and every emulator since have taken over.
struct Terminal: ~Copyable {
    private let saved: termios
    private var isEntered = false

    private static let enter = "\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l\u{1b}[2J"
    private static let exit = "\u{1b}[?7h\u{1b}[?25h\u{1b}[0m\u{1b}[?1049l"

    /// Whether somebody sits at both ends.
    static var isThere: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

    /// Throws: ``TerminalError`` when the terminal does not tell its settings.
    static func open() throws(TerminalError) -> Terminal {
        var settings = termios()
        guard unsafe tcgetattr(STDIN_FILENO, &settings) == 0 else {
            throw TerminalError(errno: errno)
        }
        return Terminal(saved: settings)
    }

    private init(saved: termios) { self.saved = saved }

    deinit { if isEntered { Terminal.restore(saved) } }

    /// Takes the screen and each key as it is pressed.
    mutating func enter() throws {
        var settings = saved
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
        settings.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR)
        unsafe withUnsafeMutableBytes(of: &settings.c_cc) { keys in
            unsafe keys[Int(VMIN)] = 0
            unsafe keys[Int(VTIME)] = 0
        }
        isEntered = true
        guard unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &settings) == 0 else {
            throw TerminalError(errno: errno)
        }
        try Terminal.write(Terminal.enter)
    }

    /// Gives both back.
    mutating func leave() {
        guard isEntered else { return }
        isEntered = false
        Terminal.restore(saved)
    }

    private static func restore(_ saved: termios) {
        var settings = saved
        // Nobody can be told when that fails: the terminal is gone.
        _ = System.write(Array(Terminal.exit.utf8), to: STDOUT_FILENO)
        _ = unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
    }

    /// Stops as Ctrl-Z does, and takes the terminal again when the shell lets the process go on.
    mutating func suspend() throws {
        leave()
        _ = raise(SIGSTOP)
        try enter()
    }

    /// Columns and lines; those of 1978 when the terminal does not say.
    static var size: (width: Int, height: Int) {
        var size = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0,
            size.ws_row > 0
        else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Keys that were pressed, as bytes; nil when the terminal has gone.
    static func read() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = unsafe Glibc.read(STDIN_FILENO, &buffer, buffer.count)
        if count < 0 { return errno == EINTR || errno == EAGAIN ? [] : nil }
        return Array(buffer.prefix(count))
    }

    /// Shows the lines from the top of the screen on, each from its first column.
    func draw(_ lines: [String]) throws {
        var text = ""
        for (index, line) in lines.enumerated() {
            // Erased before, not behind: after the last column the cursor still stands on it.
            text += "\u{1b}[\(index + 1);1H\u{1b}[2K\(line)\u{1b}[0m"
        }
        try Terminal.write(text)
    }

    private static func write(_ text: String) throws(OutputFailure) {
        let cause = System.write(Array(text.utf8), to: STDOUT_FILENO)
        if cause != 0 { throw OutputFailure(errno: cause) }
    }
}

/// The terminal does not do what a terminal does.
struct TerminalError: Error, CustomStringConvertible {
    let errno: CInt

    var description: String {
        "cannot take over the terminal: \(System.message(of: errno)). Try --once"
    }
}

/// The screen could not be written.
struct OutputFailure: Error, CustomStringConvertible {
    let errno: CInt

    var description: String { "cannot write to the terminal: \(System.message(of: errno))" }
}
