==== a.postern
/// A.
policy a edition 1
use std.pii
issuer ci : jwks { issuer "x"  audience "y"  file "é😀.jwks"  claims { sub string } }
identity bot from ci { when claim.sub == "b" and request.time in "Mon-Fri 08:00-18:00 UTC" } // why
resource db : postgres { tags live }
set cols = { a, b }
allow r { who bot  on tag live  to select from app.t(cols), ⟨v⟩drop table x  limit 10 rows }
mask m { on db  column t.cols with last(4)  value pii.iban with redact }
---- initialize rich
initialized, positions in utf-16
diagnostics a.postern: 1
  4:49-4:61 error C0305: `request.time` is not known when a caller's identity is settled | write `claim.` and a claim; other facts belong into rules <file:///cache/explain/C0305.md>
---- open a.postern
diagnostics a.postern version 1: 1
  4:49-4:61 error C0305: `request.time` is not known when a caller's identity is settled | write `claim.` and a claim; other facts belong into rules <file:///cache/explain/C0305.md>
---- tokens a.postern
tokens 1
  0:0+6 comment documentation
  1:0+6 keyword
  1:7+1 namespace declaration
  1:9+7 keyword
  1:17+1 number
  2:0+3 keyword
  2:4+7 namespace defaultLibrary
  3:0+6 keyword
  3:7+2 interface declaration
  3:12+4 keyword
  3:19+6 keyword
  3:26+3 string
  3:31+8 keyword
  3:40+3 string
  3:45+4 keyword
  3:50+10 string
  3:62+6 keyword
  3:71+3 property declaration
  3:75+6 keyword
  4:0+8 keyword
  4:9+3 class declaration
  4:13+4 keyword
  4:18+2 interface
  4:23+4 keyword
  4:28+5 property
  4:34+3 property
  4:38+2 operator
  4:41+3 string
  4:45+3 keyword
  4:49+7 property
  4:57+4 property
  4:62+2 keyword
  4:65+25 string
  4:93+6 comment
  5:0+8 keyword
  5:9+2 struct declaration
  5:14+8 keyword
  5:25+4 keyword
  5:30+4 decorator declaration
  6:0+3 keyword
  6:4+4 variable declaration
  6:9+1 operator
  6:13+1 enumMember
  6:16+1 enumMember
  7:0+5 keyword
  7:6+1 function declaration
  7:10+3 keyword
  7:14+3 class
  7:19+2 keyword
  7:22+3 keyword
  7:26+4 decorator
  7:32+2 keyword
  7:35+6 method
  7:42+4 keyword
  7:47+3 namespace
  7:51+1 type
  7:53+4 variable
  7:60+4 method
  7:65+5 keyword
  7:71+1 type
  7:74+5 keyword
  7:80+2 number
  7:83+4 keyword
  8:0+4 keyword
  8:5+1 function declaration
  8:9+2 keyword
  8:12+2 struct
  8:16+6 keyword
  8:23+1 type
  8:25+4 variable
  8:30+4 keyword
  8:35+4 keyword
  8:40+1 number
  8:44+5 keyword
  8:50+3 namespace defaultLibrary
  8:54+4 macro defaultLibrary
  8:59+4 keyword
  8:64+6 keyword
---- change v 4
+ alter
diagnostics a.postern version 2: 1
  4:49-4:61 error C0305: `request.time` is not known when a caller's identity is settled | write `claim.` and a claim; other facts belong into rules <file:///cache/explain/C0305.md>
---- delta a.postern 1
{"resultId":"2","edits":[{"start":287,"deleteCount":5,"data":[5,14,0,0,6]}]}
---- delta a.postern 2
{"resultId":"3","edits":[]}
---- delta a.postern 99
tokens 4
  0:0+6 comment documentation
  1:0+6 keyword
  1:7+1 namespace declaration
  1:9+7 keyword
  1:17+1 number
  2:0+3 keyword
  2:4+7 namespace defaultLibrary
  3:0+6 keyword
  3:7+2 interface declaration
  3:12+4 keyword
  3:19+6 keyword
  3:26+3 string
  3:31+8 keyword
  3:40+3 string
  3:45+4 keyword
  3:50+10 string
  3:62+6 keyword
  3:71+3 property declaration
  3:75+6 keyword
  4:0+8 keyword
  4:9+3 class declaration
  4:13+4 keyword
  4:18+2 interface
  4:23+4 keyword
  4:28+5 property
  4:34+3 property
  4:38+2 operator
  4:41+3 string
  4:45+3 keyword
  4:49+7 property
  4:57+4 property
  4:62+2 keyword
  4:65+25 string
  4:93+6 comment
  5:0+8 keyword
  5:9+2 struct declaration
  5:14+8 keyword
  5:25+4 keyword
  5:30+4 decorator declaration
  6:0+3 keyword
  6:4+4 variable declaration
  6:9+1 operator
  6:13+1 enumMember
  6:16+1 enumMember
  7:0+5 keyword
  7:6+1 function declaration
  7:10+3 keyword
  7:14+3 class
  7:19+2 keyword
  7:22+3 keyword
  7:26+4 decorator
  7:32+2 keyword
  7:35+6 method
  7:42+4 keyword
  7:47+3 namespace
  7:51+1 type
  7:53+4 variable
  7:60+5 method
  7:66+5 keyword
  7:72+1 type
  7:75+5 keyword
  7:81+2 number
  7:84+4 keyword
  8:0+4 keyword
  8:5+1 function declaration
  8:9+2 keyword
  8:12+2 struct
  8:16+6 keyword
  8:23+1 type
  8:25+4 variable
  8:30+4 keyword
  8:35+4 keyword
  8:40+1 number
  8:44+5 keyword
  8:50+3 namespace defaultLibrary
  8:54+4 macro defaultLibrary
  8:59+4 keyword
  8:64+6 keyword
