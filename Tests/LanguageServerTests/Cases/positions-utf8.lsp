==== shop.postern
/// Ünïcödé 😀 before a mistake, and a family: 👨‍👩‍👧.
policy shop edition 1
issuer ci : oidc { url "https://ci.example"  audience "postern"  claims { sub string } }
identity bot from ci { when claim.sub == "b😀t" and ⟨a⟩claim.sab == "x" }
resource db : postgres { tags live }
allow reads {
  who  bot
  on   db
  to   select from "ta😀ble"⟨b⟩, other
}
---- initialize utf-8
initialized, positions in utf-8
diagnostics shop.postern: 3
  0:57-0:60 error P0104: an invisible or reordering character (U+200D) stands in the text | remove it, or write it in a string as `\u{…}`, so that everyone reads what the compiler reads <file:///cache/explain/P0104.md>
  0:64-0:67 error P0104: an invisible or reordering character (U+200D) stands in the text | remove it, or write it in a string as `\u{…}`, so that everyone reads what the compiler reads <file:///cache/explain/P0104.md>
  3:60-3:63 error C0302: callers from `ci` can come here, whose tokens have no claim `sab` | did you mean `sub`? <file:///cache/explain/C0302.md>
---- open shop.postern
diagnostics shop.postern version 1: 3
  0:57-0:60 error P0104: an invisible or reordering character (U+200D) stands in the text | remove it, or write it in a string as `\u{…}`, so that everyone reads what the compiler reads <file:///cache/explain/P0104.md>
  0:64-0:67 error P0104: an invisible or reordering character (U+200D) stands in the text | remove it, or write it in a string as `\u{…}`, so that everyone reads what the compiler reads <file:///cache/explain/P0104.md>
  3:60-3:63 error C0302: callers from `ci` can come here, whose tokens have no claim `sab` | did you mean `sub`? <file:///cache/explain/C0302.md>
---- change b 0
+ ("säu😀le")
diagnostics shop.postern version 2: 3
  0:57-0:60 error P0104: an invisible or reordering character (U+200D) stands in the text | remove it, or write it in a string as `\u{…}`, so that everyone reads what the compiler reads <file:///cache/explain/P0104.md>
  0:64-0:67 error P0104: an invisible or reordering character (U+200D) stands in the text | remove it, or write it in a string as `\u{…}`, so that everyone reads what the compiler reads <file:///cache/explain/P0104.md>
  3:60-3:63 error C0302: callers from `ci` can come here, whose tokens have no claim `sab` | did you mean `sub`? <file:///cache/explain/C0302.md>
---- change a 9
+ claim.sub
diagnostics shop.postern version 3: 2
  0:57-0:60 error P0104: an invisible or reordering character (U+200D) stands in the text | remove it, or write it in a string as `\u{…}`, so that everyone reads what the compiler reads <file:///cache/explain/P0104.md>
  0:64-0:67 error P0104: an invisible or reordering character (U+200D) stands in the text | remove it, or write it in a string as `\u{…}`, so that everyone reads what the compiler reads <file:///cache/explain/P0104.md>
---- hover a
hover 3:54-3:59
  claim `sub`
  .
  `ci`: string
