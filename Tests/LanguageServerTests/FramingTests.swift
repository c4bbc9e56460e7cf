// Frames and JSON at their edges: what is taken, what is refused, and that a byte at a time changes nothing.

import LanguageServer
import Testing

@Suite struct FramingTests {
    private func frames(_ text: String, piece: Int = .max) -> [FrameReader.Frame] {
        var reader = FrameReader()
        var found: [FrameReader.Frame] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            reader.append(rest.prefix(piece))
            rest = rest.dropFirst(piece)
            while let frame = reader.next() { found.append(frame) }
        }
        return found
    }

    @Test func messagesAreCutOut() {
        let text = "Content-Length: 2\r\n\r\n{}content-length:3\r\nContent-Type: x; charset=utf-8\r\n\r\n[1]"
        let expected: [FrameReader.Frame] = [.message(Array("{}".utf8)), .message(Array("[1]".utf8))]
        #expect(frames(text) == expected)
        #expect(frames(text, piece: 1) == expected)
    }

    @Test func whatSaysNoLengthEndsTheStream() {
        for header in ["X: 1", "Content-Length: -1", "Content-Length: 1 2", "Content-Length:", "nonsense", "Content-Length: 1\r\nContent-Length: 2"] {
            let found = frames(header + "\r\n\r\n{}Content-Length: 2\r\n\r\n{}")
            #expect(found.count == 1, "\(header)")
            guard case .broken? = found.first else {
                Issue.record("\(header) was taken")
                continue
            }
        }
    }

    @Test func headersAndMessagesAreBounded() {
        let atLimit = "X: " + String(repeating: "x", count: FrameReader.headerLimit - 22) + "\r\nContent-Length: 2"
        #expect(frames(atLimit + "\r\n\r\n{}") == [.message(Array("{}".utf8))])
        guard case .broken? = frames("x" + atLimit + "\r\n\r\n{}").first else {
            Issue.record("headers over the limit were taken")
            return
        }
        var reader = FrameReader()
        let length = FrameReader.messageLimit + 1
        reader.append(Array("Content-Length: \(length)\r\n\r\n".utf8))
        #expect(reader.next() == .tooLarge(length))
        reader.append([UInt8](repeating: 0x20, count: length))
        reader.append(Array("Content-Length: 2\r\n\r\n{}".utf8))
        #expect(reader.next() == .message(Array("{}".utf8)), "what is too large is passed over, and the next message is found")
    }

    @Test func jsonGoesThere() throws {
        let texts = [
            "null", "true", "[]", "{}", "-0", "12", "-9007199254740993", "\"\"", #"{"a":[1,{"b":null}],"c":"\"\\\n\u0001"}"#, #"["é😀"]"#,
        ]
        for text in texts { #expect(try JSON.parse(text).text == (text == "-0" ? "0" : text)) }
        #expect(try JSON.parse(#""\u00e9\ud83d\ude00""#) == .string("é😀"))
        #expect(try JSON.parse(#""a\ud83dz\udc00""#) == .string("a\u{FFFD}z\u{FFFD}"), "half a pair is no character and no end")
        #expect(try JSON.parse("1.5e1") == .double(15))
        #expect(try JSON.parse("1.0").int == 1)
    }

    @Test func whatIsNoJSONSaysWhere() throws {
        let cases: [(String, Int)] = [
            ("", 0), ("{", 1), ("[1,]", 3), ("{\"a\" 1}", 5), ("\"a", 2), ("01", 2), ("1 2", 2), ("tru", 0), ("\"\\x\"", 3), ("1e400", 5),
            ("\"\u{1}\"", 1),
        ]
        for (text, offset) in cases {
            let fault = #expect(throws: JSONFault.self, "\(text)") { try JSON.parse(text) }
            #expect(fault?.offset == offset, "\(text)")
        }
        let deep = String(repeating: "[", count: JSON.depthLimit) + String(repeating: "]", count: JSON.depthLimit)
        #expect(throws: Never.self) { try JSON.parse(deep) }
        #expect(throws: JSONFault.self) { try JSON.parse("[" + deep + "]") }
    }
}
