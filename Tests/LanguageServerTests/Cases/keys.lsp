==== shop.postern
policy shop edition 1

issuer ci : oidc {
  url       "https://ci.example"
  audience  "postern"
  claims    { sub string, "https://acme.exa⟨declared⟩mple/team" string optional, levels set of ⟨of⟩int }
}
issuer mesh : mt⟨mtls⟩ls { ca "ca.pem"  claims { spiffe string } }
identity bot from ci { when claim["https://acme.ex⟨claim⟩ample/team"] == "bots" and claim["⟨inside⟩"] == "x" }
identity web from mesh { when claim.spi⟨spiffe⟩ffe == "spiffe://prod/web" }
resource web_shop : http { tags production }

allow reads {
  who   bot
  on    web_shop
  to    get
  when  http.hea⟨header⟩der["x-team"] == "bots" and ⟨fact⟩claim.sub == "x"
}
---- initialize rich
initialized, positions in utf-16
diagnostics shop.postern: 1
  8:83-8:85 error C0302: callers from `ci` can come here, whose tokens have no claim `` | declare the claim there, or say in `who` whom the rule is about <file:///cache/explain/C0302.md>
---- open shop.postern
diagnostics shop.postern version 1: 1
  8:83-8:85 error C0302: callers from `ci` can come here, whose tokens have no claim `` | declare the claim there, or say in `who` whom the rule is about <file:///cache/explain/C0302.md>
---- settle
---- hover declared
hover 5:26-5:53
  claim `https://acme.example/team`
  .
  `ci`: string, optional
---- hover claim
hover 8:34-8:61
  claim `https://acme.example/team`
  .
  `ci`: string, optional
---- hover spiffe
hover 9:36-9:42
  claim `spiffe`
  .
  `mesh`: string
---- hover header
hover 16:13-16:19
  ```postern
  http.header: string
  ```
  .
  a header by its name; unknown when it is there twice; known for each statement. For http, kubernetes.
---- hover mtls
hover 7:14-7:18
  `mtls`
  .
  Client certificates of an authority. Claims: `spiffe`, `subject`, `common_name`, `organizations`, `organizational_units`, `dns`, `uris`, `emails`, `signer`, `serial`, `sha256`, `not_before`, `not_after`.
---- define claim
shop.postern 5:26-5:53
---- complete inside
sub (10) string of ci @8:84-8:84
https://acme.example/team (10) string of ci, optional @8:84-8:84
levels (10) set of int of ci @8:84-8:84
---- complete of
string (12) @5:85-5:85
int (12) @5:85-5:85
---- complete fact
claim.sub (10) string of ci @16:44-16:44
claim["https://acme.example/team"] (10) string of ci, optional @16:44-16:44
claim.levels (10) set of int of ci @16:44-16:44
identity.name (10) string @16:44-16:44
identity.issuer (10) string @16:44-16:44
identity.groups (10) set of string @16:44-16:44
identity.proof (10) proof @16:44-16:44
resource.name (10) string @16:44-16:44
resource.kind (10) string @16:44-16:44
resource.tags (10) set of string @16:44-16:44
access.verb (10) string @16:44-16:44
access.object (10) string @16:44-16:44
request.time (10) time @16:44-16:44
request.source (10) address @16:44-16:44
session.reason (10) string @16:44-16:44
session.age (10) duration @16:44-16:44
http.method (10) string @16:44-16:44
http.path (10) string @16:44-16:44
http.size (10) size @16:44-16:44
http.header (10) string inserts http.header["${1:x-request-id}"] @16:44-16:44
not (14) @16:44-16:44
has (14) @16:44-16:44
