==== shop.postern
/// The shop.
policy shop edition 1
use std.⟨n⟩pii

/// The CI system.
issuer ci : ⟨l⟩oidc {
  url       "https://ci.example"
  audience  "postern"
  claims    { sub string, team string optional, level int optional }
}

/// Rolls out releases.
identity deployer from ci { when claim.⟨g⟩sub == "deployer" }
identity reporter from ⟨m⟩ci { when claim.sub == "reporter" }
group bots { ⟨r⟩deployer, reporter }

/// The database of orders.
resource orders_db : postgres {
  tags         production
  search_path  public
  schema       "orders.sql"
}

set contact = { email, phone }
let bounded = ⟨u⟩statement.has_where or statement.has_limit

/// Reads of the nightly report.
allow reads {
  who   ⟨a⟩reporter
  on    ⟨b⟩orders_db
  to    ⟨c⟩select from ⟨d⟩orders, customers(⟨e⟩id, email)
  when  ⟨f⟩bounded
}

deny no_drops {
  on       tag ⟨s⟩production
  to       drop
  because  "Never."
}

mask contact_details {
  who     bots
  on      orders_db
  column  ⟨h⟩customers.⟨t⟩contact  with ⟨i⟩redact
  value   ⟨j⟩pii.⟨k⟩iban           with redact
}

test "the report" {
  as ⟨o⟩reporter
  on orders_db
  "select id from orders where id = 1" -> ⟨q⟩allow
  "drop table orders"                  -> deny by ⟨p⟩no_drops
}

test "this fails" {
  as reporter
  on orders_db
  "drop table orders" -> allow
}
==== orders.sql
create table public.orders (id int, total int, status text);
create table public.customers (id int, name text, email text, phone text);
create table audit.log (at timestamp, what text);
---- initialize rich
initialized, positions in utf-16
diagnostics shop.postern: 2
  12:9-12:17 warning C0604: no rule allows `deployer` anything | write an `allow` for it, or remove it <file:///cache/explain/C0604.md>
  43:20-43:27 warning C0605: no rule allows anyone whom this mask is about to read `phone` | check the name, or leave the column out <file:///cache/explain/C0605.md>
---- open shop.postern
diagnostics shop.postern version 1: 2
  12:9-12:17 warning C0604: no rule allows `deployer` anything | write an `allow` for it, or remove it <file:///cache/explain/C0604.md>
  43:20-43:27 warning C0605: no rule allows anyone whom this mask is about to read `phone` | check the name, or leave the column out <file:///cache/explain/C0605.md>
---- complete a
any (14) @28:8-28:8
deployer (7) identity @28:8-28:8
reporter (7) identity @28:8-28:8
bots (13) group @28:8-28:8
---- complete b
any (14) @29:8-29:8
tag (14) @29:8-29:8
orders_db (22) resource @29:8-29:8
---- complete c
select (2) postgres @30:8-30:8
insert (2) postgres @30:8-30:8
update (2) postgres @30:8-30:8
delete (2) postgres @30:8-30:8
truncate (2) postgres @30:8-30:8
create (2) postgres @30:8-30:8
alter (2) postgres @30:8-30:8
drop (2) postgres @30:8-30:8
comment (2) postgres @30:8-30:8
grant (2) postgres @30:8-30:8
revoke (2) postgres @30:8-30:8
call (2) postgres @30:8-30:8
lock (2) postgres @30:8-30:8
set (2) postgres @30:8-30:8
listen (2) postgres @30:8-30:8
notify (2) postgres @30:8-30:8
maintain (2) postgres @30:8-30:8
read (2) postgres @30:8-30:8
write (2) postgres @30:8-30:8
run (2) postgres @30:8-30:8
transact (2) postgres @30:8-30:8
unknown (2) postgres @30:8-30:8
define (2) truncate, create, alter, drop, comment @30:8-30:8
any (14) @30:8-30:8
---- complete d
any (14) @30:20-30:20
contact (21) set @30:20-30:20
audit.log (7) at, what @30:20-30:20
customers (7) id, name, email, phone @30:20-30:20
orders (7) id, total, status @30:20-30:20
---- complete e
id (5) public.customers @30:38-30:38
name (5) public.customers @30:38-30:38
email (5) public.customers @30:38-30:38
phone (5) public.customers @30:38-30:38
contact (21) set @30:38-30:38
---- complete f
claim.sub (10) string of ci @31:8-31:8
claim.team (10) string of ci, optional @31:8-31:8
claim.level (10) int of ci, optional @31:8-31:8
identity.name (10) string @31:8-31:8
identity.issuer (10) string @31:8-31:8
identity.groups (10) set of string @31:8-31:8
identity.proof (10) proof @31:8-31:8
resource.name (10) string @31:8-31:8
resource.kind (10) string @31:8-31:8
resource.tags (10) set of string @31:8-31:8
access.verb (10) string @31:8-31:8
access.object (10) string @31:8-31:8
access.schema (10) string @31:8-31:8
access.table (10) string @31:8-31:8
access.columns (10) set of string @31:8-31:8
request.time (10) time @31:8-31:8
request.source (10) address @31:8-31:8
session.reason (10) string @31:8-31:8
session.age (10) duration @31:8-31:8
statement.kind (10) string @31:8-31:8
statement.count (10) integer @31:8-31:8
statement.where (10) string @31:8-31:8
statement.has_where (10) boolean @31:8-31:8
statement.has_limit (10) boolean @31:8-31:8
statement.limit (10) integer @31:8-31:8
statement.tables (10) set of string @31:8-31:8
statement.functions (10) set of string @31:8-31:8
statement.text (10) string @31:8-31:8
statement.fingerprint (10) string @31:8-31:8
statement.first_seen (10) boolean @31:8-31:8
statement.in_transaction (10) boolean @31:8-31:8
bounded (21) let @31:8-31:8
not (14) @31:8-31:8
has (14) @31:8-31:8
---- complete g
sub (10) string of ci @12:39-12:39
team (10) string of ci, optional @12:39-12:39
level (10) int of ci, optional @12:39-12:39
---- complete h
any (14) @43:10-43:10
audit.log (7) at, what @43:10-43:10
customers (7) id, name, email, phone @43:10-43:10
orders (7) id, total, status @43:10-43:10
---- complete i
null (3) @43:34-43:34
redact (3) @43:34-43:34
zero (3) @43:34-43:34
hash (3) @43:34-43:34
tokenize (3) @43:34-43:34
year (3) @43:34-43:34
domain (3) @43:34-43:34
range (3) inserts range(${1:10}) @43:34-43:34
partial (3) inserts partial(first: ${1:2}) @43:34-43:34
last (3) inserts last(${1:4}) @43:34-43:34
---- complete j
pii.all (12) detector @44:10-44:10
pii.email (12) detector @44:10-44:10
pii.phone (12) detector @44:10-44:10
pii.ipv4 (12) detector @44:10-44:10
pii.ipv6 (12) detector @44:10-44:10
pii.mac_address (12) detector @44:10-44:10
pii.date_of_birth (12) detector @44:10-44:10
pii.passport (12) detector @44:10-44:10
pii.credit_card (12) detector @44:10-44:10
pii.iban (12) detector @44:10-44:10
pii.bic (12) detector @44:10-44:10
pii.us_aba_routing (12) detector @44:10-44:10
pii.us_ssn (12) detector @44:10-44:10
pii.us_itin (12) detector @44:10-44:10
pii.ca_sin (12) detector @44:10-44:10
pii.br_cpf (12) detector @44:10-44:10
pii.br_cnpj (12) detector @44:10-44:10
pii.uk_nhs (12) detector @44:10-44:10
pii.uk_nino (12) detector @44:10-44:10
pii.es_nif (12) detector @44:10-44:10
pii.es_nie (12) detector @44:10-44:10
pii.it_codice_fiscale (12) detector @44:10-44:10
pii.fr_nir (12) detector @44:10-44:10
pii.de_tax_id (12) detector @44:10-44:10
pii.nl_bsn (12) detector @44:10-44:10
pii.be_national_number (12) detector @44:10-44:10
pii.pl_pesel (12) detector @44:10-44:10
pii.fi_hetu (12) detector @44:10-44:10
pii.se_personnummer (12) detector @44:10-44:10
pii.dk_cpr (12) detector @44:10-44:10
pii.tr_identity_number (12) detector @44:10-44:10
pii.au_tfn (12) detector @44:10-44:10
pii.au_abn (12) detector @44:10-44:10
pii.au_medicare (12) detector @44:10-44:10
pii.in_aadhaar (12) detector @44:10-44:10
pii.in_pan (12) detector @44:10-44:10
pii.kr_rrn (12) detector @44:10-44:10
pii.sg_fin (12) detector @44:10-44:10
pii.za_id (12) detector @44:10-44:10
pii.cn_resident_id (12) detector @44:10-44:10
pii.bitcoin_address (12) detector @44:10-44:10
pii.bech32_address (12) detector @44:10-44:10
pii.ethereum_address (12) detector @44:10-44:10
---- complete k
all (12) detector @44:14-44:14
email (12) detector @44:14-44:14
phone (12) detector @44:14-44:14
ipv4 (12) detector @44:14-44:14
ipv6 (12) detector @44:14-44:14
mac_address (12) detector @44:14-44:14
date_of_birth (12) detector @44:14-44:14
passport (12) detector @44:14-44:14
credit_card (12) detector @44:14-44:14
iban (12) detector @44:14-44:14
bic (12) detector @44:14-44:14
us_aba_routing (12) detector @44:14-44:14
us_ssn (12) detector @44:14-44:14
us_itin (12) detector @44:14-44:14
ca_sin (12) detector @44:14-44:14
br_cpf (12) detector @44:14-44:14
br_cnpj (12) detector @44:14-44:14
uk_nhs (12) detector @44:14-44:14
uk_nino (12) detector @44:14-44:14
es_nif (12) detector @44:14-44:14
es_nie (12) detector @44:14-44:14
it_codice_fiscale (12) detector @44:14-44:14
fr_nir (12) detector @44:14-44:14
de_tax_id (12) detector @44:14-44:14
nl_bsn (12) detector @44:14-44:14
be_national_number (12) detector @44:14-44:14
pl_pesel (12) detector @44:14-44:14
fi_hetu (12) detector @44:14-44:14
se_personnummer (12) detector @44:14-44:14
dk_cpr (12) detector @44:14-44:14
tr_identity_number (12) detector @44:14-44:14
au_tfn (12) detector @44:14-44:14
au_abn (12) detector @44:14-44:14
au_medicare (12) detector @44:14-44:14
in_aadhaar (12) detector @44:14-44:14
in_pan (12) detector @44:14-44:14
kr_rrn (12) detector @44:14-44:14
sg_fin (12) detector @44:14-44:14
za_id (12) detector @44:14-44:14
cn_resident_id (12) detector @44:14-44:14
bitcoin_address (12) detector @44:14-44:14
bech32_address (12) detector @44:14-44:14
ethereum_address (12) detector @44:14-44:14
---- complete l
oidc (12) @5:12-5:12
jwks (12) @5:12-5:12
mtls (12) @5:12-5:12
saml (12) @5:12-5:12
---- complete m
ci (8) issuer @13:23-13:23
---- complete n
pii (9) @2:8-2:8
postgres (9) @2:8-2:8
postgres_clients (9) @2:8-2:8
secrets (9) @2:8-2:8
---- complete o
deployer (7) identity @48:5-48:5
reporter (7) identity @48:5-48:5
---- complete p
reads (3) allow @51:50-51:50
no_drops (3) deny @51:50-51:50
contact_details (3) mask @51:50-51:50
---- complete q
allow (12) @50:42-50:42
deny (12) @50:42-50:42
approve (12) @50:42-50:42
---- complete r
deployer (7) identity @14:13-14:13
reporter (7) identity @14:13-14:13
bots (13) group @14:13-14:13
---- complete s
production (12) tag @35:15-35:15
---- complete t
id (5) public.customers @43:20-43:20
name (5) public.customers @43:20-43:20
email (5) public.customers @43:20-43:20
phone (5) public.customers @43:20-43:20
---- complete u
claim.sub (10) string of ci @24:14-24:14
claim.team (10) string of ci, optional @24:14-24:14
claim.level (10) int of ci, optional @24:14-24:14
identity.name (10) string @24:14-24:14
identity.issuer (10) string @24:14-24:14
identity.groups (10) set of string @24:14-24:14
identity.proof (10) proof @24:14-24:14
resource.name (10) string @24:14-24:14
resource.kind (10) string @24:14-24:14
resource.tags (10) set of string @24:14-24:14
access.verb (10) string @24:14-24:14
access.object (10) string @24:14-24:14
access.schema (10) string @24:14-24:14
access.table (10) string @24:14-24:14
access.columns (10) set of string @24:14-24:14
request.time (10) time @24:14-24:14
request.source (10) address @24:14-24:14
session.reason (10) string @24:14-24:14
session.age (10) duration @24:14-24:14
statement.kind (10) string @24:14-24:14
statement.count (10) integer @24:14-24:14
statement.where (10) string @24:14-24:14
statement.has_where (10) boolean @24:14-24:14
statement.has_limit (10) boolean @24:14-24:14
statement.limit (10) integer @24:14-24:14
statement.tables (10) set of string @24:14-24:14
statement.functions (10) set of string @24:14-24:14
statement.text (10) string @24:14-24:14
statement.fingerprint (10) string @24:14-24:14
statement.first_seen (10) boolean @24:14-24:14
statement.in_transaction (10) boolean @24:14-24:14
bounded (21) let @24:14-24:14
not (14) @24:14-24:14
has (14) @24:14-24:14
