// The files of a new policy repository.

enum RepositoryTemplate {
    struct File {
        /// Below the repository's directory.
        var path: String
        var text: String
        var isExecutable = false
    }

    static func files(policy: String) -> [File] {
        [
            File(path: "README.md", text: readme),
            File(path: "policies/people.postern", text: people(policy)),
            File(path: "policies/database.postern", text: database(policy)),
            File(path: "policies/tests.postern", text: tests(policy)),
            File(path: "hooks/pre-commit", text: hook, isExecutable: true),
            File(path: ".github/workflows/policy.yml", text: github),
            File(path: ".gitlab-ci.yml", text: gitlab),
            File(path: ".gitignore", text: ignored),
        ]
    }

    private static func people(_ policy: String) -> String {
        """
        /// Who works here: workloads that an issuer of tokens vouches for.
        policy \(policy) edition 1

        /// The cluster, the CI system or the company's own: whoever signs the workloads' tokens.
        issuer workloads : oidc {
          url       "https://issuer.example"
          audience  "postern"
          claims    { sub string }
        }

        /// The service that takes orders.
        identity app from workloads { when claim.sub == "app" }

        /// Rolls out releases, and changes the schema on the way.
        identity migrator from workloads { when claim.sub == "migrator" }

        """
    }

    private static func database(_ policy: String) -> String {
        """
        /// What each workload may do in the database, and what it may see.
        policy \(policy) edition 1
        use std.postgres

        resource db : postgres {
          tags         production
          search_path  public
        }

        /// What every client does when it connects, and reads to describe tables.
        allow describe {
          who  any
          on   db
          to   select from postgres.catalog, postgres.information_schema, call postgres.describe_functions,
               postgres.session_functions, set postgres.client_settings
        }

        /// Rows are chosen, or their number is bounded: no accidental copy of a whole table.
        allow app_reads {
          who   app
          on    db
          to    select from orders, customers
          when  statement.has_where or statement.has_limit
        }

        /// Orders come in, and change their status one at a time.
        allow app_writes {
          who   app
          on    db
          to    insert into orders, update orders(status)
          when  statement.kind == "insert" or statement.where == keyed
        }

        /// Releases change the schema, and look at what they change.
        allow migrations {
          who  migrator
          on   db
          to   create, alter, drop, select, lock
        }

        deny schema_changes {
          who      any except migrator
          on       tag production
          to       create, alter, drop, truncate
          because  "The schema is changed by migrations."
        }

        /// Whatever rules come to be: nobody else changes the schema of production, not even with an approval.
        prove only_migrations_change_the_schema {
          who    any except migrator
          on     tag production
          never  create, alter, drop, truncate
        }

        /// Enough of an address to recognise it, and too little to write to it.
        mask contact {
          who     any except migrator
          on      db
          column  customers.{email, phone} with partial(first: 2)
        }

        """
    }

    private static func tests(_ policy: String) -> String {
        """
        /// What the policy promises, as examples.
        policy \(policy) edition 1

        test "the service reads what it asks for" {
          as app
          on db
          "select id, status from orders where id = 7" -> allow by app_reads
          "select id, status from orders" -> deny
          "select id from payments where id = 7" -> deny
          "select id from customers limit 10" -> allow by app_reads
          "select pg_sleep(1)" -> deny
          row customers { email: "jane@acme.example", phone: "+49 30 1234567" } -> { email: "ja***************", phone: "+4************" }
        }

        test "the service takes orders and changes one at a time" {
          as app
          on db
          "insert into orders (id, status) values (7, 'new')" -> allow by app_writes
          "update orders set status = 'sent' where id = 7" -> allow by app_writes
          "update orders set status = 'sent'" -> deny
          "update orders set total = 0 where id = 7" -> deny
          "insert into payments (id) values (7)" -> deny
        }

        test "only migrations change the schema" {
          as app
          on db
          "drop table orders" -> deny by schema_changes
          "create table copy_of_orders as select * from orders limit 1" -> deny by schema_changes
          "alter table orders add column note text" -> deny by schema_changes
          "select 1; truncate orders" -> deny by schema_changes
        }

        test "migrations change the schema and nothing else" {
          as migrator
          on db
          "alter table orders add column sent_at timestamptz" -> allow by migrations
          "drop table old_orders" -> allow by migrations
          "create table refunds (id bigint)" -> allow by migrations
          "lock table orders" -> allow by migrations
          "select id from orders" -> allow by migrations
          "delete from orders" -> deny
          "insert into orders (id) values (7)" -> deny
          row customers { email: "jane@acme.example" } -> { email: "jane@acme.example" }
        }

        test "clients can connect and describe" {
          as app
          on db
          "select relname from pg_catalog.pg_class where pg_catalog.pg_table_is_visible(oid)" -> allow by describe
          "select table_name from information_schema.tables" -> allow by describe
          "select current_setting('work_mem')" -> allow by describe
          "set application_name = 'psql'" -> allow by describe
          "set search_path = other" -> deny
        }

        """
    }

    private static let hook = """
        #!/bin/sh
        # Before a commit: the policies as they are staged are laid out, right, and do what their tests say.
        set -eu
        staged=$(mktemp -d)
        trap 'rm -rf "$staged"' EXIT
        git checkout-index --all --prefix="$staged/"
        cd "$staged"
        postern fmt --check policies
        postern check policies --strict --quiet
        postern lint policies
        postern test policies
        postern prove policies

        """

    private static let github = """
        # POSTERN_IMAGE, a variable of the repository, names an image that has the postern command, and git.
        name: policy
        on:
          push:
          pull_request:
            types: [opened, synchronize, reopened, labeled, unlabeled]
        permissions:
          contents: read
        jobs:
          policy:
            runs-on: ubuntu-latest
            container: ${{ vars.POSTERN_IMAGE }}
            steps:
              - uses: actions/checkout@v4
                with:
                  fetch-depth: 0
              - run: git config --global --add safe.directory "$GITHUB_WORKSPACE"
              - run: postern fmt --check policies
              - run: postern check policies --strict --format github
              - run: postern lint policies --format github
              - run: postern test policies --require-coverage --coverage
              - run: postern test policies --mutate --fail-under 80
              - run: postern prove policies
              # What the change means, for whoever reviews it.
              - if: github.event_name == 'pull_request'
                run: postern diff --git "origin/$GITHUB_BASE_REF" policies --format markdown >> "$GITHUB_STEP_SUMMARY"
              # A change that lets more pass needs the label `loosens-policy`: let only those who may agree to that set it.
              - if: github.event_name == 'pull_request' && !contains(github.event.pull_request.labels.*.name, 'loosens-policy')
                run: postern diff --git "origin/$GITHUB_BASE_REF" policies --fail-on loosens

        """

    private static let gitlab = """
        # POSTERN_IMAGE, a CI/CD variable of the project, names an image that has the postern command, and git.
        policy:
          image: $POSTERN_IMAGE
          script:
            - postern fmt --check policies
            - postern check policies --strict
            - postern lint policies
            - postern test policies --require-coverage --format junit > tests.xml
            - postern test policies --mutate --fail-under 80
            - postern prove policies
          artifacts:
            when: always
            reports:
              junit: tests.xml

        # What a change means. One that lets more pass needs the label `loosens-policy`: let only those who may agree to that set it.
        policy_change:
          image: $POSTERN_IMAGE
          rules:
            - if: $CI_PIPELINE_SOURCE == "merge_request_event"
          variables:
            GIT_DEPTH: 0
          script:
            - postern diff --git "$CI_MERGE_REQUEST_DIFF_BASE_SHA" policies
            - |
              case ",$CI_MERGE_REQUEST_LABELS," in
                *,loosens-policy,*) echo "agreed to by label" ;;
                *) postern diff --git "$CI_MERGE_REQUEST_DIFF_BASE_SHA" policies --fail-on loosens ;;
              esac

        """

    private static let ignored = """
        # Keys that sign bundles stay in the CI's secrets; bundles are built from a revision.
        *.key.pem
        *.bundle
        tests.xml
        coverage.info

        """

    private static let readme = """
        # Access policies

        Who may do what in which database, as policy for Postern. `policies/` holds the rules and their tests.

        - `policies/people.postern`: the issuer of tokens and the workloads. Put your issuer's URL here.
        - `policies/database.postern`: what they may do, and what they see masked.
        - `policies/tests.postern`: examples that must come out as written.

        ```
        postern fmt policies                      one layout
        postern check policies                    mistakes, with what to write instead
        postern lint policies --fix               what is right but not good, mended where that is safe
        postern test policies --coverage          the examples, and what none of them has tried
        postern test policies --mutate            small mistakes in the policy that no example notices
        postern prove policies                    what holds for every request, or a request that breaks it
        postern diff --git main policies          what a change lets pass, and what it no longer does
        postern docs policies > POLICY.md         who may do what, as a page
        ```

        `git config core.hooksPath hooks` runs them before each commit. `.github/workflows/policy.yml` and `.gitlab-ci.yml` run them for
        each change; both need the variable `POSTERN_IMAGE`, an image that has the `postern` command and git. Remove the one that you do not need.

        A proposed change that lets more pass than before fails there, unless it has the label `loosens-policy`. Whoever may set that label
        may loosen the policy, so that both belong to the same people.

        A gateway takes a signed bundle:

        ```
        postern keys new policy                   once; keep policy.key.pem among the CI's secrets
        postern build policies --key policy.key.pem --output policy.bundle
        ```

        """
}
