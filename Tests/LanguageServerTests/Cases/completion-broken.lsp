==== shop.postern
policy shop edition 1
use std.postgres
issuer ci : oidc { url "https://ci.example"  audience "postern"  claims { sub string, team string } }
issuer staff : oidc { url "https://s.example"  audience "postern"  claims { mail string, ⟨type⟩ } }
identity bot from ci { when claim.sub == "bot" }
identity human from staff { when claim.mail ⟨relation⟩ }
resource db : postgres { tags live  schema "db.sql" }
resource host : ssh { ⟨resource⟩ }
set tables = { orders }

allow one {
  who  bot
  on   db
  ⟨clause⟩
}

allow two {
  who  bot
  on   host
  to   ⟨sshverb⟩
}

allow three {
  who   bot
  on    db
  to    select from orders, ⟨object⟩
  when  claim.⟨claim⟩
}

allow four {
  on    db
  to    update audit.⟨schema⟩
  when  statement.where == ⟨word⟩
  limit 10 ⟨limit⟩
}

mask five {
  on      db
  column  orders.{⟨column⟩} with redact
}

deny six {
  on    db
  when  request.time in "Mon-Fri 08:00-18:00 Europe/Ber⟨zone⟩"
}

deny seven {
  who  any except ⟨except⟩
  on   db
  when identity.name == "bo⟨name⟩t"
}

test "x" {
  as bot with { ⟨fact⟩ }
  on db
  "select 1" -> ⟨outcome⟩
}

set more = { ⟨set⟩ }
let l = ⟨let⟩
al⟨top⟩
==== db.sql
create table orders (id int, total int);
create table audit.log (at timestamp);
---- initialize rich
initialized, positions in utf-16
diagnostics shop.postern: 15
  3:87-3:88 error P0213: nothing follows this comma | remove it, or write another item <file:///cache/explain/P0213.md>
  5:33-5:43 error C0309: a string is neither true nor false | compare it with something <file:///cache/explain/C0309.md>
  19:4-19:4 error P0201: expected a verb, found the end of the line | write verbs such as `select`, or `any` <file:///cache/explain/P0201.md>
  25:26-25:27 error P0213: nothing follows this comma | remove it, or write another item <file:///cache/explain/P0213.md>
  26:14-26:14 error P0201: expected a name after `.`, found the end of the line <file:///cache/explain/P0201.md>
  31:21-31:21 error P0201: expected a name after `.`, found the end of the line <file:///cache/explain/P0201.md>
  32:26-32:26 error P0201: expected a fact or a value, found the end of the line <file:///cache/explain/P0201.md>
  33:10-33:10 error P0201: expected what the number limits, found the end of the line | write `10_000 rows`, `600 per minute`, `30s runtime`, `5 concurrent` or `100 MiB bytes` <file:///cache/explain/P0201.md>
  38:18-38:19 error P0201: expected at least one item in the braces, found `}` <file:///cache/explain/P0201.md>
  43:24-43:56 error C0313: there is no time zone `Europe/Ber` | did you mean `Europe/Berlin`? <file:///cache/explain/C0313.md>
  47:17-47:17 error P0201: expected the name of an identity or group, or `any`, found the end of the line <file:///cache/explain/P0201.md>
  53:17-53:18 error P0201: expected at least one item in the braces, found `}` <file:///cache/explain/P0201.md>
  55:15-55:15 error P0201: expected a decision, found the end of the line | write one of `allow`, `deny` or `approve` <file:///cache/explain/P0201.md>
  58:14-58:15 error P0201: expected at least one item in the braces, found `}` <file:///cache/explain/P0201.md>
  60:0-60:2 error C0202: there is no fact, set or let `al` <file:///cache/explain/C0202.md>
---- open shop.postern
diagnostics shop.postern version 1: 15
  3:87-3:88 error P0213: nothing follows this comma | remove it, or write another item <file:///cache/explain/P0213.md>
  5:33-5:43 error C0309: a string is neither true nor false | compare it with something <file:///cache/explain/C0309.md>
  19:4-19:4 error P0201: expected a verb, found the end of the line | write verbs such as `select`, or `any` <file:///cache/explain/P0201.md>
  25:26-25:27 error P0213: nothing follows this comma | remove it, or write another item <file:///cache/explain/P0213.md>
  26:14-26:14 error P0201: expected a name after `.`, found the end of the line <file:///cache/explain/P0201.md>
  31:21-31:21 error P0201: expected a name after `.`, found the end of the line <file:///cache/explain/P0201.md>
  32:26-32:26 error P0201: expected a fact or a value, found the end of the line <file:///cache/explain/P0201.md>
  33:10-33:10 error P0201: expected what the number limits, found the end of the line | write `10_000 rows`, `600 per minute`, `30s runtime`, `5 concurrent` or `100 MiB bytes` <file:///cache/explain/P0201.md>
  38:18-38:19 error P0201: expected at least one item in the braces, found `}` <file:///cache/explain/P0201.md>
  43:24-43:56 error C0313: there is no time zone `Europe/Ber` | did you mean `Europe/Berlin`? <file:///cache/explain/C0313.md>
  47:17-47:17 error P0201: expected the name of an identity or group, or `any`, found the end of the line <file:///cache/explain/P0201.md>
  53:17-53:18 error P0201: expected at least one item in the braces, found `}` <file:///cache/explain/P0201.md>
  55:15-55:15 error P0201: expected a decision, found the end of the line | write one of `allow`, `deny` or `approve` <file:///cache/explain/P0201.md>
  58:14-58:15 error P0201: expected at least one item in the braces, found `}` <file:///cache/explain/P0201.md>
  60:0-60:2 error C0202: there is no fact, set or let `al` <file:///cache/explain/C0202.md>
---- complete type
nothing to complete
---- complete relation
and (14) @5:44-5:44
or (14) @5:44-5:44
in (14) @5:44-5:44
contains (14) @5:44-5:44
like (14) @5:44-5:44
matches (14) @5:44-5:44
starts with (14) @5:44-5:44
ends with (14) @5:44-5:44
---- complete resource
tags (14) @7:22-7:22
search_path (14) @7:22-7:22
schema (14) @7:22-7:22
---- complete clause
to (14) @13:2-13:2
when (14) @13:2-13:2
unless (14) @13:2-13:2
because (14) @13:2-13:2
expires (14) @13:2-13:2
limit (14) @13:2-13:2
notify (14) @13:2-13:2
---- complete sshverb
read (2) ssh @19:7-19:7
write (2) ssh @19:7-19:7
run (2) ssh @19:7-19:7
unknown (2) ssh @19:7-19:7
forward (2) ssh @19:7-19:7
upload (2) ssh @19:7-19:7
download (2) ssh @19:7-19:7
any (14) @19:7-19:7
---- complete object
select (2) postgres @25:28-25:28
insert (2) postgres @25:28-25:28
update (2) postgres @25:28-25:28
delete (2) postgres @25:28-25:28
truncate (2) postgres @25:28-25:28
create (2) postgres @25:28-25:28
alter (2) postgres @25:28-25:28
drop (2) postgres @25:28-25:28
comment (2) postgres @25:28-25:28
grant (2) postgres @25:28-25:28
revoke (2) postgres @25:28-25:28
call (2) postgres @25:28-25:28
lock (2) postgres @25:28-25:28
set (2) postgres @25:28-25:28
listen (2) postgres @25:28-25:28
notify (2) postgres @25:28-25:28
maintain (2) postgres @25:28-25:28
read (2) postgres @25:28-25:28
write (2) postgres @25:28-25:28
run (2) postgres @25:28-25:28
transact (2) postgres @25:28-25:28
unknown (2) postgres @25:28-25:28
define (2) truncate, create, alter, drop, comment @25:28-25:28
any (14) @25:28-25:28
tables (21) set @25:28-25:28
postgres.catalog (21) set @25:28-25:28
postgres.information_schema (21) set @25:28-25:28
postgres.describe_functions (21) set @25:28-25:28
postgres.session_functions (21) set @25:28-25:28
postgres.client_settings (21) set @25:28-25:28
postgres.session_reset (21) set @25:28-25:28
postgres.server_functions (21) set @25:28-25:28
postgres.control_functions (21) set @25:28-25:28
audit.log (7) at @25:28-25:28
orders (7) id, total @25:28-25:28
---- complete claim
sub (10) string of ci @26:14-26:14
team (10) string of ci @26:14-26:14
---- complete schema
log (7) at @31:21-31:21
---- complete word
none (12) @32:27-32:27
tautology (12) @32:27-32:27
range (12) @32:27-32:27
keyed (12) @32:27-32:27
---- complete limit
rows (11) @33:11-33:11
per (11) @33:11-33:11
concurrent (11) @33:11-33:11
B (11) @33:11-33:11
KB (11) @33:11-33:11
MB (11) @33:11-33:11
GB (11) @33:11-33:11
TB (11) @33:11-33:11
KiB (11) @33:11-33:11
MiB (11) @33:11-33:11
GiB (11) @33:11-33:11
TiB (11) @33:11-33:11
---- complete column
id (5) public.orders @38:18-38:18
total (5) public.orders @38:18-38:18
tables (21) set @38:18-38:18
postgres.catalog (21) set @38:18-38:18
postgres.information_schema (21) set @38:18-38:18
postgres.describe_functions (21) set @38:18-38:18
postgres.session_functions (21) set @38:18-38:18
postgres.client_settings (21) set @38:18-38:18
postgres.session_reset (21) set @38:18-38:18
postgres.server_functions (21) set @38:18-38:18
postgres.control_functions (21) set @38:18-38:18
---- complete zone
Europe/Berlin (12) @43:45-43:55
---- complete name
bot (7) identity @49:25-49:28
human (7) identity @49:25-49:28
---- complete except
bot (7) identity @47:18-47:18
human (7) identity @47:18-47:18
---- complete fact
claim.sub (10) string of ci @53:16-53:16
claim.team (10) string of ci @53:16-53:16
identity.proof (10) @53:16-53:16
request.source (10) @53:16-53:16
session.reason (10) @53:16-53:16
---- complete outcome
allow (12) @55:16-55:16
deny (12) @55:16-55:16
approve (12) @55:16-55:16
---- complete set
tables (21) set @58:13-58:13
postgres.catalog (21) set @58:13-58:13
postgres.information_schema (21) set @58:13-58:13
postgres.describe_functions (21) set @58:13-58:13
postgres.session_functions (21) set @58:13-58:13
postgres.client_settings (21) set @58:13-58:13
postgres.session_reset (21) set @58:13-58:13
postgres.server_functions (21) set @58:13-58:13
postgres.control_functions (21) set @58:13-58:13
audit.log (7) at @58:13-58:13
orders (7) id, total @58:13-58:13
---- complete let
claim.sub (10) string of ci @59:8-59:8
claim.team (10) string of ci @59:8-59:8
claim.mail (10) string of staff @59:8-59:8
identity.name (10) string @59:8-59:8
identity.issuer (10) string @59:8-59:8
identity.groups (10) set of string @59:8-59:8
identity.proof (10) proof @59:8-59:8
resource.name (10) string @59:8-59:8
resource.kind (10) string @59:8-59:8
resource.tags (10) set of string @59:8-59:8
access.verb (10) string @59:8-59:8
access.object (10) string @59:8-59:8
request.time (10) time @59:8-59:8
request.source (10) address @59:8-59:8
session.reason (10) string @59:8-59:8
session.age (10) duration @59:8-59:8
l (21) let @59:8-59:8
not (14) @59:8-59:8
has (14) @59:8-59:8
---- complete top
allow (15) inserts allow ${1:name} { |   who   ${2:any} |   on    ${3:resource} |   to    ${4:select from any} |   when  ${5:statement.has_where} | } | $0 @60:0-60:2
deny (15) inserts deny ${1:name} { |   who      ${2:any} |   on       ${3:resource} |   to       ${4:drop} |   because  "${5:reason}" | } | $0 @60:0-60:2
observe deny (15) inserts observe deny ${1:name} { |   on  ${2:resource} |   to  ${3:drop} | } | $0 @60:0-60:2
mask (15) inserts mask ${1:name} { |   on      ${2:resource} |   column  ${3:any.email}  with ${4:redact} | } | $0 @60:0-60:2
approve (15) inserts approve ${1:name} { |   who  ${2:any} |   on   ${3:resource} |   to   ${4:delete} |   by   ${5:group} | } | $0 @60:0-60:2
issuer (15) inserts issuer ${1:name} : oidc { |   url       "https://${2:issuer.example}" |   audience  "postern" |   claims    { sub string } | } | $0 @60:0-60:2
identity (15) inserts identity ${1:name} from ${2:issuer} { when claim.sub == "${3:subject}" } | $0 @60:0-60:2
group (15) inserts group ${1:name} { ${2:identity} } | $0 @60:0-60:2
resource (15) inserts resource ${1:name} : postgres { |   tags         ${2:production} |   search_path  public | } | $0 @60:0-60:2
set (15) inserts set ${1:name} = { ${2:value} } | $0 @60:0-60:2
let (15) inserts let ${1:name} = ${2:statement.has_where} | $0 @60:0-60:2
test (15) inserts test "${1:title}" { |   as ${2:identity} |   on ${3:resource} |   "${4:select 1}" -> ${5:allow} | } | $0 @60:0-60:2
use (14) @60:0-60:2
watch (14) @60:0-60:2
observe (14) @60:0-60:2
detector (14) @60:0-60:2
prove (14) @60:0-60:2
