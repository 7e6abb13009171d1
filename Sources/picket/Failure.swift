// SPDX-License-Identifier: GPL-3.0-or-later

import ArgumentParser
import Captures
import Configuration
import Control
import Daemon
import Journal
import Lab
import NFLog
import Ring

/// Runs a command's work; an error becomes one line on standard error and its exit code.
func told(_ work: () throws -> Void) throws {
    do {
        try work()
    } catch let code as ExitCode {
        throw code
    } catch {
        say("\(error)")
        throw ExitCode(exitCode(of: error))
    }
}

/// One line of words for whoever looks at the terminal.
func say(_ words: String) { System.say("picket: \(words)") }

/// Which of the agreed exit codes stands for an error.
///
/// Source: sysexits.h.
private func exitCode(of error: any Error) -> Int32 {
    switch error {
    case let error as StartError: error.kind.rawValue
    case let error as ConfigurationError: error.exitCode
    case let error as CaptureError: error.exitCode
    case let error as ControlError: error.exitCode
    case let error as DecisionLogError: error.exitCode
    case let error as JournalError: error.exitCode
    case let error as NFLogError: error.kind.rawValue
    case let error as LabError: error.exitCode
    default: 71
    }
}
