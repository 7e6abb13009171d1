// SPDX-License-Identifier: GPL-3.0-or-later

extension SettingForm where Value == EvidenceSettings? {
    /// As the log: a switch here, what it is in the keys below.
    static var evidenceSwitch: SettingForm<EvidenceSettings?> {
        let shape = "a section with path, size, first, last and memory, or off"
        return SettingForm(shape) { node throws(WrongValue) in
            guard case .word("off") = node.content else {
                throw WrongValue(node, "expected \(shape), found \(node.described)")
            }
            return nil
        } write: { evidence in
            guard let evidence else { return "off" }
            return "{path: \(SettingForm<String>.quoted(evidence.path)), "
                + "size: \(Quantity.text(size: evidence.size)), first: \(evidence.first), "
                + "last: \(evidence.last), memory: \(Quantity.text(size: evidence.memory))}"
        }
    }
}

extension SettingForm where Value == SystemLogChoice {
    static var systemLog: SettingForm<SystemLogChoice> {
        let names = SystemLogChoice.allCases.map(\.rawValue).joined(separator: ", ")
        return SettingForm("one of \(names)") {
            SystemLogChoice(rawValue: $0)
        } write: {
            $0.rawValue
        }
    }
}
