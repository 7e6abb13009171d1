package struct SavedTableError: Error {}
extension Detector {
  package func saved() -> [UInt8] { [] }
  package mutating func restore(from bytes: Span<UInt8>) throws(SavedTableError) {}
}
