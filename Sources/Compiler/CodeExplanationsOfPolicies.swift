// What the codes about files, policies and schema files mean.

extension CodeExplanation {
    static let ofPolicies: [CodeExplanation] = [
        CodeExplanation(
            "C0101",
            #"A policy that is used must be among the given files, or ship with Postern."#,
            wrong: #"""
                policy shop edition 1
                use std.postgrs
                """#,
            right: #"""
                policy shop edition 1
                use std.postgres
                """#),
        CodeExplanation(
            "C0102",
            #"Policies that use each other have no order in which they could be read. What both need goes into a third."#,
            wrong: #"""
                ==== a.postern
                policy a edition 1
                use b
                ==== b.postern
                policy b edition 1
                use a
                """#,
            right: #"""
                ==== a.postern
                policy a edition 1
                use b
                ==== b.postern
                policy b edition 1
                """#),
        CodeExplanation(
            "C0103",
            #"A program has one root policy: the one that no other uses. With two it is not clear which is meant; `--root` chooses."#,
            wrong: #"""
                ==== a.postern
                policy a edition 1
                ==== b.postern
                policy b edition 1
                """#,
            right: #"""
                ==== a.postern
                policy a edition 1
                use b
                ==== b.postern
                policy b edition 1
                """#),
        CodeExplanation(
            "C0104",
            #"Names under `std` belong to the policies that ship with Postern, so that `use std.pii` always means the same."#,
            wrong: #"policy std.mine edition 1"#,
            right: #"policy mine edition 1"#),
        CodeExplanation(
            "C0105",
            #"In a file a used policy is named by the last part of its name; two with the same could not be told apart."#,
            wrong: #"""
                ==== shop.postern
                policy shop edition 1
                use acme.people
                use other.people
                ==== acme.postern
                policy acme.people edition 1
                ==== other.postern
                policy other.people edition 1
                """#,
            right: #"""
                ==== shop.postern
                policy shop edition 1
                use acme.people
                use other.staff
                ==== acme.postern
                policy acme.people edition 1
                ==== other.postern
                policy other.staff edition 1
                """#),
        CodeExplanation(
            "C0106",
            #"The file names nothing of that policy, and the policy has no rules that would hold by being used."#,
            wrong: #"""
                policy shop edition 1
                use std.pii
                """#,
            right: #"policy shop edition 1"#),
        CodeExplanation(
            "C0107",
            #"The file was given and is part of nothing: its rules do not hold. That is rarely meant."#,
            wrong: #"""
                ==== a.postern
                policy a edition 1
                use b
                ==== b.postern
                policy b edition 1
                ==== c.postern
                policy c edition 1
                use d
                ==== d.postern
                policy d edition 1
                use c
                """#,
            right: #"""
                ==== a.postern
                policy a edition 1
                use b
                ==== b.postern
                policy b edition 1
                """#),
        CodeExplanation(
            "C0108",
            #"""
                There is nothing to compile: no file was given that is a policy, or none with the name that `--root` asks for. The \#
                example is compiled with `--root shop`.
                """#,
            wrong: #"policy shopp edition 1"#,
            right: #"policy shop edition 1"#),
    ]

    static let ofSchemas: [CodeExplanation] = [
        CodeExplanation(
            "C0211",
            #"""
                The resource names a schema file that cannot be read. Without it statements would be read differently here and in the \#
                gateway.
                """#,
            wrong: #"resource orders : postgres { schema "orders.sql" }"#,
            right: #"""
                ==== example.postern
                resource orders : postgres { schema "orders.sql" }
                ==== orders.sql
                create table orders (id int);
                """#),
        CodeExplanation(
            "C0212",
            #"A schema file is PostgreSQL's own DDL. A statement in it that is not understood may define what rules rely on."#,
            wrong: #"""
                ==== example.postern
                resource orders : postgres { schema "orders.sql" }
                ==== orders.sql
                create table (nothing);
                """#,
            right: #"""
                ==== example.postern
                resource orders : postgres { schema "orders.sql" }
                ==== orders.sql
                create table orders (id int);
                """#),
        CodeExplanation(
            "C0213",
            #"The schema has no such table: the rule would never apply, which a deny or a mask must not do unnoticed."#,
            wrong: #"""
                ==== example.postern
                resource orders : postgres { schema "orders.sql" }
                deny archive { on orders to delete from ordres }
                ==== orders.sql
                create table orders (id int);
                """#,
            right: #"""
                ==== example.postern
                resource orders : postgres { schema "orders.sql" }
                deny archive { on orders to delete from orders }
                ==== orders.sql
                create table orders (id int);
                """#),
        CodeExplanation(
            "C0214",
            #"The table has no such column: a mask or a deny of it would never apply."#,
            wrong: #"""
                ==== example.postern
                resource orders : postgres { schema "orders.sql" }
                deny totals { on orders to select from orders(totl) }
                ==== orders.sql
                create table orders (id int, total numeric);
                """#,
            right: #"""
                ==== example.postern
                resource orders : postgres { schema "orders.sql" }
                deny totals { on orders to select from orders(total) }
                ==== orders.sql
                create table orders (id int, total numeric);
                """#),
        CodeExplanation(
            "C0215",
            #"Only a resource of kind `postgres` has a schema file."#,
            wrong: #"resource host : ssh { schema "orders.sql" }"#,
            right: #"resource host : ssh { tags production }"#),
        CodeExplanation(
            "C0609",
            #"""
                The schema file holds something that defines nothing, or the body of a function that is not understood: it is passed \#
                over.
                """#,
            wrong: #"""
                ==== example.postern
                resource orders : postgres { schema "orders.sql" }
                ==== orders.sql
                create table orders (id int);
                insert into orders values (1);
                """#,
            right: #"""
                ==== example.postern
                resource orders : postgres { schema "orders.sql" }
                ==== orders.sql
                create table orders (id int);
                """#),
    ]
}
