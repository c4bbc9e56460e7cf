// File names as the protocol has them: `file:` URIs with percent signs (RFC 8089, RFC 3986).

/// Between URIs and paths.
enum FileURI {
    /// The path of a `file:` URI; of any other URI the URI itself, which then is nobody's file.
    static func path(_ uri: String) -> String {
        guard uri.hasPrefix("file://") else { return uri }
        let rest = uri.dropFirst("file://".count)
        // After the authority, which for a file of this machine is empty or `localhost`.
        guard let slash = rest.firstIndex(of: "/") else { return uri }
        var bytes: [UInt8] = []
        var hex: [UInt8] = []
        var isEscape = false
        for byte in rest[slash...].utf8 {
            if isEscape {
                guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return uri }
                hex.append(UInt8(digit))
                if hex.count == 2 {
                    bytes.append(hex[0] << 4 | hex[1])
                    hex = []
                    isEscape = false
                }
            } else if byte == UInt8(ascii: "%") {
                isEscape = true
            } else {
                bytes.append(byte)
            }
        }
        var path = String(decoding: bytes, as: UTF8.self)
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    static func uri(_ path: String) -> String {
        guard path.hasPrefix("/") else { return path }
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/".utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = Array("file://".utf8)
        for byte in path.utf8 {
            if plain.contains(byte) { bytes.append(byte) } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The folder of a path.
    static func folder(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return String(path[..<slash])
    }
}
