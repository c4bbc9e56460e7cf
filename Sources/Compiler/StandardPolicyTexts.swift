// The text of the policies that ship, as in policies/std. Made from those files by `UPDATE_GOLDEN=1 swift test --filter
// StandardPolicyTests`; never edited by hand.

enum StandardPolicyTexts {
    static let all: [String: String] = [
        "std.pii": ##"""
            /// Detectors of personal data for `value` masks. They ship with the masker, which knows them by these names: the
            /// pattern here, or the first of several, says what it looks for before it applies its checks and reads the words around it.
            policy std.pii edition 1

            /// Every detector of this page.
            detector all {
              pattern "."
            }

            /// An e-mail address: a local part, `@`, and a domain with at least one dot (RFC 5321, RFC 6531).
            detector email {
              pattern "(?<![\\p{L}\\p{N}._%+'-])[\\p{L}\\p{N}._%+'-]++@[\\p{L}\\p{N}-]++(?:\\.[\\p{L}\\p{N}-]++)++"
            }

            /// A telephone number: E.164 with its plus sign, North American as `(415) 555-0123`, or any with a word beside it that says so.
            detector phone {
              pattern "(?<![0-9A-Za-z_+])\\+\\(?[1-9](?:[ .()/-]{0,3}+[0-9]){6,14}(?:[ ,]{0,2}(?:x|ext\\.?)\\x{20}?[0-9]{1,6})?(?![0-9A-Za-z_])(?![-./,][0-9])"
            }

            /// An IPv4 address that is neither loopback, unspecified nor broadcast.
            detector ipv4 {
              pattern "(?<![0-9A-Za-z_.-])(?<![A-Za-z]/)(?<!rv:)(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?![0-9A-Za-z_]|\\.[0-9]|-[0-9A-Za-z])"
            }

            /// An IPv6 address (RFC 4291) but for `::` and `::1`.
            detector ipv6 {
              pattern "(?<![0-9A-Za-z:.])[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]{0,4}+[0-9A-Fa-f:.]*+(?![0-9A-Za-z:])"
            }

            /// A hardware address of six octets.
            detector mac_address {
              pattern "(?<![0-9A-Za-z:.-])(?:[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\\1){4}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{4}\\.[0-9A-Fa-f]{4}\\.[0-9A-Fa-f]{4})(?![0-9A-Za-z:-]|\\.[0-9A-Fa-f])"
            }

            /// A date of which a word says that someone was born on it.
            detector date_of_birth {
              pattern "(?<![0-9A-Za-z])(?:(?:19|20)[0-9]{2}(?:[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:0[1-9]|[12][0-9]|3[01]|[1-9])|(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))|(?:0?[1-9]|[12][0-9]|3[01])[-./ ](?:0?[1-9]|[12][0-9]|3[01])[-./ ](?:(?:19|20)[0-9]{2}|[0-9]{2})|(?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th|\\.)?[ -](?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez)[a-z]{0,6}+\\.?,?[ -](?:19|20)[0-9]{2}|(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez)[a-z]{0,6}+\\.?[ -](?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?,?[ -](?:19|20)[0-9]{2})(?![0-9A-Za-z])"
            }

            /// A passport number of which a word says that it is one.
            detector passport {
              pattern "(?<![0-9A-Za-z])(?:[A-Z]{1,2}[0-9]{6,8}|[0-9]{8,9}|[CFGHJK][0-9CFGHJKLMNPRTVWXYZ]{8}|[0-9]{2}[A-Z]{2}[0-9]{5})(?![0-9A-Za-z])"
            }

            /// A payment card's number: 13 to 19 digits of an issuer's range that pass Luhn, separators between them or none.
            detector credit_card {
              pattern   "(?<![0-9])[0-9](?:[-\\x{20}./_|\\t\\r\\n\\x80-\\xff]{0,3}+[0-9]){12}"
              checksum  luhn
            }

            /// A bank account's number (ISO 13616): a country's letters, check digits and length, with remainder 1 modulo 97.
            detector iban {
              pattern   "(?:[A-Z]{2}|(?<![A-Za-z0-9])[A-Za-z]{2})[0-9]{2}"
              checksum  mod97
            }

            /// A business identifier code (ISO 9362) of which a word says that it is one.
            detector bic {
              pattern "(?<![0-9A-Za-z])[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![0-9A-Za-z])"
            }

            /// A routing number of a bank in the United States, with its checksum and a word beside it.
            detector us_aba_routing {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)[0-9]{9}(?![0-9A-Za-z_])(?![-./,][0-9])"
            }

            /// A Social Security number: written as `123-45-6780`, or nine digits with a word beside them.
            detector us_ssn {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)[0-9]{3}([ .-]?)[0-9]{2}\\1[0-9]{4}(?![0-9A-Za-z_])(?![-./,][0-9])"
            }

            /// An individual taxpayer identification number of the United States.
            detector us_itin {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)[0-9]{3}([ .-]?)[0-9]{2}\\1[0-9]{4}(?![0-9A-Za-z_])(?![-./,][0-9])"
            }

            /// A social insurance number of Canada (Luhn).
            detector ca_sin {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)(?<![0-9]{3}\\x{20})[0-9]{3}([ .-]?)[0-9]{3}\\1[0-9]{3}(?![0-9A-Za-z_])(?![-./,][0-9])(?!\\x{20}[0-9]{3}(?![0-9]))"
            }

            /// A person's number in Brazil's tax register, with both check digits.
            detector br_cpf {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{3}[ -]?[0-9]{2}(?![0-9A-Za-z_])(?![-./,][0-9])"
            }

            /// A company's number in Brazil's tax register, with both check digits.
            detector br_cnpj {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)[0-9]{2}[ .]?[0-9]{3}[ .]?[0-9]{3}[ /]?[0-9]{4}[ -]?[0-9]{2}(?![0-9A-Za-z_])(?![-./,][0-9])"
            }

            /// A number of the National Health Service, modulo 11.
            detector uk_nhs {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)[0-9]{3}([ .-]?)[0-9]{3}\\1[0-9]{4}(?![0-9A-Za-z_])(?![-./,][0-9])"
            }

            /// A National Insurance number of the United Kingdom.
            detector uk_nino {
              pattern "(?<![0-9A-Za-z])(?i:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[A-D])(?![0-9A-Za-z])"
            }

            /// A citizen's tax number in Spain, with its letter.
            detector es_nif {
              pattern "(?<![0-9A-Za-z.-])(?i:[0-9]{2}\\.?[0-9]{3}\\.?[0-9]{3}[ -]?[A-HJ-NP-TV-Z])(?![0-9A-Za-z])"
            }

            /// A foreigner's number in Spain, with its letter.
            detector es_nie {
              pattern "(?<![0-9A-Za-z])(?i:[XYZ][ -]?[0-9]\\.?[0-9]{3}\\.?[0-9]{3}[ -]?[A-HJ-NP-TV-Z])(?![0-9A-Za-z])"
            }

            /// Italy's codice fiscale, with its check letter.
            detector it_codice_fiscale {
              pattern "(?<![0-9A-Za-z])(?i:[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z])(?![0-9A-Za-z])"
            }

            /// A number of France's register of persons, with its key modulo 97.
            detector fr_nir {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)[1-478][ .]?[0-9]{2}[ .]?[0-9]{2}[ .]?(?:[0-9]{2}|2[ABab])[ .]?[0-9]{3}[ .]?[0-9]{3}[ .-]?[0-9]{2}(?![0-9A-Za-z])"
            }

            /// Germany's tax identification number, ISO 7064 MOD 11,10.
            detector de_tax_id {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)[0-9]{2}([ .]?)[0-9]{3}\\1[0-9]{3}\\1[0-9]{3}(?![0-9A-Za-z_])(?![-./,][0-9])"
            }

            /// The Netherlands' citizen service number, with a word beside it.
            detector nl_bsn {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)[0-9]{4}([ .-]?)[0-9]{2}\\1[0-9]{3}(?![0-9A-Za-z_])(?![-./,][0-9])"
            }

            /// A number of Belgium's national register, modulo 97.
            detector be_national_number {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)[0-9]{2}[ .-]?[0-9]{2}[ .-]?[0-9]{2}[ .-]?[0-9]{3}[ .-]?[0-9]{2}(?![0-9A-Za-z_])(?![-./,][0-9])"
            }

            /// Poland's PESEL, with a word beside it.
            detector pl_pesel {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)[0-9]{11}(?![0-9A-Za-z_])(?![-./,][0-9])"
            }

            /// Finland's personal identity code, with its check character.
            detector fi_hetu {
              pattern "(?<![0-9A-Za-z])[0-9]{6}[-+ABCDEFYXWVU][0-9]{3}[0-9A-FHJ-NPR-Y](?![0-9A-Za-z])"
            }

            /// Sweden's personal identity number (Luhn).
            detector se_personnummer {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)(?:(?:18|19|20)[0-9]{6}[-+ ]?[0-9]{4}|[0-9]{6}[-+]?[0-9]{4})(?![0-9A-Za-z_])(?![-./,][0-9])"
            }

            /// A number of Denmark's civil register: a date and four digits.
            detector dk_cpr {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)[0-9]{6}[- ]?[0-9]{4}(?![0-9A-Za-z_])(?![-./,][0-9])"
            }

            /// Türkiye's identification number, with both check digits and a word beside it.
            detector tr_identity_number {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)[0-9]{11}(?![0-9A-Za-z_])(?![-./,][0-9])"
            }

            /// Australia's tax file number, with a word beside it.
            detector au_tfn {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)(?<![0-9]{3}\\x{20})[0-9]{3}([ .-]?)[0-9]{3}\\1[0-9]{3}(?![0-9A-Za-z_])(?![-./,][0-9])(?!\\x{20}[0-9]{3}(?![0-9]))"
            }

            /// An Australian business number, modulo 89.
            detector au_abn {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)[0-9]{2}([ ]?)[0-9]{3}\\1[0-9]{3}\\1[0-9]{3}(?![0-9A-Za-z_])(?![-./,][0-9])"
            }

            /// A number of an Australian Medicare card.
            detector au_medicare {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)[2-6][0-9]{3}[ -]?[0-9]{5}[ -]?[0-9](?:[ /-]?[0-9])?(?![0-9A-Za-z_])(?![-./,][0-9])"
            }

            /// India's Aadhaar number (Verhoeff).
            detector in_aadhaar {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)(?<![0-9]{4}\\x{20})[0-9]{4}([ -]?)[0-9]{4}\\1[0-9]{4}(?![0-9A-Za-z_])(?![-./,][0-9])(?!\\x{20}[0-9]{4}(?![0-9]))"
            }

            /// India's permanent account number.
            detector in_pan {
              pattern "(?<![0-9A-Za-z])[A-Z]{3}[ABCFGHJLPTK][A-Z][0-9]{4}[A-Z](?![0-9A-Za-z])"
            }

            /// A resident registration number of the Republic of Korea.
            detector kr_rrn {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)[0-9]{6}([-]?)[0-9]{7}(?![0-9A-Za-z_])(?![-./,][0-9])"
            }

            /// Singapore's NRIC and FIN, with the check letter.
            detector sg_fin {
              pattern "(?<![0-9A-Za-z])(?i:[STFGM][0-9]{7}[A-Z])(?![0-9A-Za-z])"
            }

            /// South Africa's identity number: a date, and Luhn.
            detector za_id {
              pattern "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![0-9A-Fa-f]{4}-)[0-9]{6}([ ]?)[0-9]{4}\\1[0-9]{2}\\1[0-9]{1}(?![0-9A-Za-z_])(?![-./,][0-9])"
            }

            /// A resident identity number of China, ISO 7064 MOD 11-2.
            detector cn_resident_id {
              pattern "(?<![0-9A-Za-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{2}[01][0-9][0-3][0-9][0-9]{3}[0-9Xx](?![0-9A-Za-z])"
            }

            /// A Bitcoin address in base58check.
            detector bitcoin_address {
              pattern "(?<![0-9A-Za-z])[13LMDXTmn2][1-9A-HJ-NP-Za-km-z]{25,34}(?![0-9A-Za-z])"
            }

            /// A segregated witness address in bech32 or bech32m.
            detector bech32_address {
              pattern "(?<![0-9A-Za-z])(?i:bc1|tb1|ltc1)[02-9AC-HJ-NP-Zac-hj-np-z]{11,87}(?![0-9A-Za-z])"
            }

            /// An Ethereum address, with EIP-55's checksum where cases are mixed.
            detector ethereum_address {
              pattern "(?<![0-9A-Za-z])0x[0-9A-Fa-f]{40}(?![0-9A-Za-z])"
            }

            """##,
        "std.postgres": ##"""
            /// Names that nearly every policy for a PostgreSQL server needs: what clients read when they connect, and what `psql`
            /// reads for `\d`. Nothing here reveals a row of a user's table, another session's text, or a secret.
            policy std.postgres edition 1

            /// The catalogue of names and shapes: enough for `\d` and for drivers to learn types. Left out on purpose are
            /// relations that hold secrets (`pg_authid`, `pg_shadow`, `pg_user_mappings`, `pg_subscription`), sampled values of
            /// tables (`pg_statistic`, `pg_stats`), and what other sessions do (`pg_stat_activity`, `pg_locks`).
            set catalog = { pg_catalog.pg_am, pg_catalog.pg_amop, pg_catalog.pg_amproc, pg_catalog.pg_attrdef,
                pg_catalog.pg_attribute, pg_catalog.pg_auth_members, pg_catalog.pg_cast, pg_catalog.pg_class,
                pg_catalog.pg_collation, pg_catalog.pg_constraint, pg_catalog.pg_conversion, pg_catalog.pg_database,
                pg_catalog.pg_default_acl, pg_catalog.pg_depend, pg_catalog.pg_description, pg_catalog.pg_enum,
                pg_catalog.pg_event_trigger, pg_catalog.pg_extension, pg_catalog.pg_foreign_data_wrapper,
                pg_catalog.pg_foreign_table, pg_catalog.pg_index, pg_catalog.pg_indexes, pg_catalog.pg_inherits,
                pg_catalog.pg_language, pg_catalog.pg_namespace, pg_catalog.pg_opclass, pg_catalog.pg_operator,
                pg_catalog.pg_opfamily, pg_catalog.pg_partitioned_table, pg_catalog.pg_policy, pg_catalog.pg_proc,
                pg_catalog.pg_publication, pg_catalog.pg_publication_namespace, pg_catalog.pg_publication_rel, pg_catalog.pg_range,
                pg_catalog.pg_rewrite, pg_catalog.pg_roles, pg_catalog.pg_sequence, pg_catalog.pg_settings,
                pg_catalog.pg_statistic_ext, pg_catalog.pg_tables, pg_catalog.pg_tablespace, pg_catalog.pg_trigger,
                pg_catalog.pg_ts_config, pg_catalog.pg_ts_config_map, pg_catalog.pg_ts_dict, pg_catalog.pg_ts_parser,
                pg_catalog.pg_ts_template, pg_catalog.pg_type, pg_catalog.pg_views }

            /// The standard's own catalogue, as object-relational mappers read it.
            set information_schema = { information_schema.columns, information_schema.constraint_column_usage,
                information_schema.key_column_usage, information_schema.referential_constraints, information_schema.schemata,
                information_schema.sequences, information_schema.table_constraints, information_schema.tables,
                information_schema.views }

            /// Functions that describe the catalogue, as `\d` calls them.
            set describe_functions = { pg_catalog.col_description, pg_catalog.format_type, pg_catalog.has_database_privilege,
                pg_catalog.has_schema_privilege, pg_catalog.has_table_privilege, pg_catalog.obj_description,
                pg_catalog.oidvectortypes, information_schema._pg_expandarray, pg_catalog.pg_char_to_encoding,
                pg_catalog.pg_collation_is_visible, pg_catalog.pg_conversion_is_visible, pg_catalog.pg_database_size,
                pg_catalog.pg_describe_object, pg_catalog.pg_encoding_to_char, pg_catalog.pg_function_is_visible,
                pg_catalog.pg_get_constraintdef, pg_catalog.pg_get_expr, pg_catalog.pg_get_function_arguments,
                pg_catalog.pg_get_function_identity_arguments, pg_catalog.pg_get_function_result,
                pg_catalog.pg_get_function_sqlbody, pg_catalog.pg_get_functiondef, pg_catalog.pg_get_indexdef,
                pg_catalog.pg_get_keywords, pg_catalog.pg_get_partition_constraintdef, pg_catalog.pg_get_partkeydef,
                pg_catalog.pg_get_ruledef, pg_catalog.pg_get_serial_sequence, pg_catalog.pg_get_statisticsobjdef_columns,
                pg_catalog.pg_get_triggerdef, pg_catalog.pg_get_userbyid, pg_catalog.pg_get_viewdef, pg_catalog.pg_has_role,
                pg_catalog.pg_opclass_is_visible, pg_catalog.pg_operator_is_visible, pg_catalog.pg_opfamily_is_visible,
                pg_catalog.pg_options_to_table, pg_catalog.pg_partition_ancestors, pg_catalog.pg_partition_tree,
                pg_catalog.pg_relation_is_publishable, pg_catalog.pg_relation_size, pg_catalog.pg_statistics_obj_is_visible,
                pg_catalog.pg_table_is_visible, pg_catalog.pg_table_size, pg_catalog.pg_tablespace_location,
                pg_catalog.pg_total_relation_size, pg_catalog.pg_ts_config_is_visible, pg_catalog.pg_ts_dict_is_visible,
                pg_catalog.pg_ts_parser_is_visible, pg_catalog.pg_ts_template_is_visible, pg_catalog.pg_type_is_visible,
                pg_catalog.regclass, pg_catalog.regnamespace, pg_catalog.regproc, pg_catalog.regprocedure, pg_catalog.regrole,
                pg_catalog.regtype, pg_catalog.shobj_description, pg_catalog.to_regclass, pg_catalog.to_regtype }

            /// Functions that tell a client about its own session and server.
            set session_functions = { pg_catalog.current_database, pg_catalog.current_schema, pg_catalog.current_schemas,
                pg_catalog.current_setting, pg_catalog.current_user, pg_catalog.getdatabaseencoding, pg_catalog.inet_client_addr,
                pg_catalog.inet_server_addr, pg_catalog.inet_server_port, pg_catalog.pg_advisory_unlock_all,
                pg_catalog.pg_backend_pid, pg_catalog.pg_is_in_recovery, pg_catalog.pg_my_temp_schema, pg_catalog.session_user,
                pg_catalog.version }

            /// Settings that change how values are written and how long a statement may take, and nothing that decides whose
            /// rights apply or which objects a name means.
            set client_settings = { application_name, bytea_output, client_encoding, client_min_messages, datestyle,
                extra_float_digits, idle_in_transaction_session_timeout, intervalstyle, lock_timeout, statement_timeout, timezone,
                transaction }

            /// `RESET ALL` and `DISCARD ALL`, as connection pools send them: everything is again as it was when the session began.
            set session_reset = { all, discard }

            /// Functions that reach the server's files, programs or other hosts.
            set server_functions = { dblink, dblink_connect, dblink_connect_u, dblink_exec, dblink_open, dblink_send_query,
                lo_export, lo_import, pg_file_rename, pg_file_unlink, pg_file_write, pg_ls_archive_statusdir, pg_ls_dir,
                pg_ls_logdir, pg_ls_tmpdir, pg_ls_waldir, pg_read_binary_file, pg_read_file, pg_stat_file }

            /// Functions that stop, signal or reconfigure the server or other sessions.
            set control_functions = { pg_cancel_backend, pg_promote, pg_reload_conf, pg_rotate_logfile, pg_switch_wal,
                pg_terminate_backend, set_config }

            """##,
        "std.postgres_clients": ##"""
            /// Ready rules for resources that are tagged `postgres_clients`: what psql (`\d` and completion), libpq, JDBC, asyncpg,
            /// Npgsql, Rails, Django, SQLAlchemy, pgx and node-postgres ask when they connect, describe tables and give a connection
            /// back. Nothing here reads a row of a user's table, another session's text or a secret, or changes whose rights apply.
            policy std.postgres_clients edition 1
            use std.postgres

            /// Every driver says how values are to be written, and asks where it is.
            allow connect {
              on  tag postgres_clients
              to  call postgres.session_functions, set postgres.client_settings
            }

            /// Names and shapes: `\d`, completion, the types of columns, keys and defaults.
            allow describe {
              on  tag postgres_clients
              to  select from postgres.catalog, postgres.information_schema, call postgres.describe_functions
            }

            /// RESET ALL, DISCARD ALL and UNLISTEN, as pools send them before they lend a connection again: everything is as it was
            /// when the session began, the role and the search path as well, which no SET may change here.
            allow give_back {
              on    tag postgres_clients
              to    set any, listen any
              when  statement.kind in { "reset", "discard", "unlisten" }
            }

            /// Rails says that backslashes mean themselves, which is so anyway. Turning it off stays forbidden: it would change how
            /// text is read.
            allow standard_strings {
              on    tag postgres_clients
              to    set standard_conforming_strings
              when  statement.text matches "(?i)\\A\\s*set\\s+(session\\s+)?standard_conforming_strings\\s*(=|\\sto\\s)\\s*'?on'?\\s*;?\\s*\\z"
            }

            """##,
        "std.secrets": ##"""
            /// Detectors of keys, tokens and passwords for `value` masks. They ship with the masker, which knows them by these names: the
            /// pattern here, or the first of several, says what it looks for before it applies its checks and reads the words around it.
            policy std.secrets edition 1

            /// Every detector of this page.
            detector all {
              pattern "."
            }

            /// An access key id of Amazon Web Services.
            detector aws_access_key {
              pattern "(?<![0-9A-Za-z])(?:AKIA|ASIA|ABIA)[A-Z2-7]{16}(?![0-9A-Za-z])"
            }

            /// A secret access key of Amazon Web Services, with a word beside it.
            detector aws_secret_key {
              pattern "(?<![0-9A-Za-z+/_-])[0-9A-Za-z+/]{40}(?![0-9A-Za-z+/=_-])"
            }

            /// An API key of Google Cloud.
            detector gcp_api_key {
              pattern "(?<![0-9A-Za-z])AIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])"
            }

            /// A client secret or access token of Google's OAuth.
            detector gcp_oauth {
              pattern "(?<![0-9A-Za-z])GOCSPX-[0-9A-Za-z_-]{28}(?![0-9A-Za-z_-])"
            }

            /// An account key in a connection string of Azure.
            detector azure_storage_key {
              pattern "(?<![0-9A-Za-z])(?i:AccountKey|SharedAccessKey)=\\K[0-9A-Za-z+/]{43,86}={1,2}"
            }

            /// The signature of a shared access signature of Azure.
            detector azure_sas {
              pattern "(?<![0-9A-Za-z])sig=\\K(?:[0-9A-Za-z+/]|%[0-9A-Fa-f]{2}){40,130}+=?"
            }

            /// A client secret of Microsoft Entra.
            detector azure_client_secret {
              pattern "(?<![0-9A-Za-z_~.-])[0-9A-Za-z_~.-]{3}[0-9]Q~[0-9A-Za-z_~.-]{31,34}(?![0-9A-Za-z_~-])"
            }

            /// An API key of OpenAI.
            detector openai_key {
              pattern "(?<![0-9A-Za-z])sk-(?:(?:proj|svcacct|admin|None)-[0-9A-Za-z_-]{20,300}+|[0-9A-Za-z]{20}T3BlbkFJ[0-9A-Za-z]{20}|[0-9A-Za-z]{48})(?![0-9A-Za-z_-])"
            }

            /// An API key of Anthropic.
            detector anthropic_key {
              pattern "(?<![0-9A-Za-z])sk-ant-(?:[a-z]{2,8}[0-9]{2}-)?[0-9A-Za-z_-]{24,300}+"
            }

            /// A token of Hugging Face.
            detector huggingface_token {
              pattern "(?<![0-9A-Za-z])(?:hf_|api_org_)[0-9A-Za-z]{34,40}(?![0-9A-Za-z])"
            }

            /// A personal access token of Databricks.
            detector databricks_token {
              pattern "(?<![0-9A-Za-z])dapi[0-9a-f]{32}(?:-[0-9]{1,2})?(?![0-9A-Za-z])"
            }

            /// A token of DigitalOcean.
            detector digitalocean_token {
              pattern "(?<![0-9A-Za-z])do[opr]_v1_[0-9a-f]{64}(?![0-9A-Za-z])"
            }

            /// A token of HashiCorp Vault.
            detector vault_token {
              pattern "(?<![0-9A-Za-z])hv[sbr]\\.[0-9A-Za-z_-]{24,400}+"
            }

            /// A token of Terraform Cloud.
            detector terraform_token {
              pattern "(?<![0-9A-Za-z])[0-9A-Za-z]{14}\\.atlasv1\\.[0-9A-Za-z_-]{60,70}+"
            }

            /// A token of Grafana.
            detector grafana_token {
              pattern "(?<![0-9A-Za-z])(?:glsa_[0-9A-Za-z]{32}_[0-9a-fA-F]{8}|glc_[0-9A-Za-z+/]{32,400}={0,2})"
            }

            /// A token of GitHub, with its CRC-32 where it has one.
            detector github_token {
              pattern "(?<![0-9A-Za-z])gh[opsur]_[0-9A-Za-z]{36}(?![0-9A-Za-z])"
            }

            /// A token of GitLab.
            detector gitlab_token {
              pattern "(?<![0-9A-Za-z])(?:glpat|gldt|glrt|glrtr|glcbt|glptt|glft|glimt|glagent|gloas|glsoat|glffct)-[0-9A-Za-z_-]{20,120}+(?:\\.[0-9a-z]{2}\\.[0-9a-z]{9})?"
            }

            /// A token of npm.
            detector npm_token {
              pattern "(?<![0-9A-Za-z])npm_[0-9A-Za-z]{36}(?![0-9A-Za-z])"
            }

            /// A token of PyPI.
            detector pypi_token {
              pattern "(?<![0-9A-Za-z])pypi-AgE[0-9A-Za-z_-]{50,1000}+"
            }

            /// A token of Slack.
            detector slack_token {
              pattern "(?<![0-9A-Za-z])(?:xox[abeoprs]|xapp)-[0-9A-Za-z-]{10,250}+"
            }

            /// An address of an incoming webhook of Slack.
            detector slack_webhook {
              pattern "(?<![0-9A-Za-z])hooks\\.slack\\.com/(?:services|workflows|triggers)/[0-9A-Za-z_/-]{20,100}+"
            }

            /// A secret or restricted key of Stripe, or the secret of a webhook.
            detector stripe_key {
              pattern "(?<![0-9A-Za-z])(?:sk|rk)_(?:live|test)_[0-9A-Za-z]{10,247}+"
            }

            /// An API key of SendGrid.
            detector sendgrid_key {
              pattern "(?<![0-9A-Za-z])SG\\.[0-9A-Za-z_-]{22}\\.[0-9A-Za-z_-]{43}(?![0-9A-Za-z_-])"
            }

            /// An account or key identifier of Twilio, or an auth token with a word beside it.
            detector twilio_key {
              pattern "(?<![0-9A-Za-z])(?:AC|SK)[0-9a-f]{32}(?![0-9A-Za-z])"
            }

            /// An API key of Mailgun.
            detector mailgun_key {
              pattern "(?<![0-9A-Za-z])key-[0-9a-f]{32}(?![0-9A-Za-z])"
            }

            /// An API key of Mailchimp.
            detector mailchimp_key {
              pattern "(?<![0-9A-Za-z])[0-9a-f]{32}-us[0-9]{1,2}(?![0-9A-Za-z])"
            }

            /// A token of Docker Hub.
            detector docker_token {
              pattern "(?<![0-9A-Za-z])dckr_(?:pat|oat)_[0-9A-Za-z_-]{27,60}+"
            }

            /// A token of Shopify.
            detector shopify_token {
              pattern "(?<![0-9A-Za-z])shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}(?![0-9A-Za-z])"
            }

            /// A token of Square.
            detector square_token {
              pattern "(?<![0-9A-Za-z])sq0(?:atp|csp|idp)-[0-9A-Za-z_-]{22,43}+"
            }

            /// The token of a Telegram bot.
            detector telegram_token {
              pattern "(?<![0-9A-Za-z])[0-9]{8,10}:AA[0-9A-Za-z_-]{33}(?![0-9A-Za-z_-])"
            }

            /// An API key of Linear.
            detector linear_key {
              pattern "(?<![0-9A-Za-z])lin_(?:api|oauth)_[0-9A-Za-z]{40,64}+"
            }

            /// A token of Notion.
            detector notion_token {
              pattern "(?<![0-9A-Za-z])(?:ntn_[0-9A-Za-z]{40,60}+|secret_[0-9A-Za-z]{43})(?![0-9A-Za-z])"
            }

            /// A user key of New Relic.
            detector newrelic_key {
              pattern "(?<![0-9A-Za-z])NRAK-[0-9A-Z]{27}(?![0-9A-Za-z])"
            }

            /// An API key of Postman.
            detector postman_key {
              pattern "(?<![0-9A-Za-z])PMAK-[0-9a-f]{24}-[0-9a-f]{34}(?![0-9A-Za-z])"
            }

            /// A token of Doppler.
            detector doppler_token {
              pattern "(?<![0-9A-Za-z])dp\\.(?:pt|st|ct|sa|scim|audit)\\.(?:[0-9a-z_-]{2,35}\\.)?[0-9A-Za-z]{40,44}(?![0-9A-Za-z])"
            }

            /// An API token of Atlassian.
            detector atlassian_token {
              pattern "(?<![0-9A-Za-z])ATATT3[0-9A-Za-z_=-]{60,250}+"
            }

            /// A JSON Web Token whose header names an algorithm (RFC 7519).
            detector jwt {
              pattern "(?<![0-9A-Za-z])ey[AJ][0-9A-Za-z_-]{8,4096}+\\.[0-9A-Za-z_-]{4,16384}+\\.[0-9A-Za-z_-]{0,4096}+(?:\\.[0-9A-Za-z_-]{0,16384}+){0,2}"
            }

            /// A private key in PEM, to its end line or the end of its base64.
            detector private_key {
              pattern "-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
            }

            /// The password in a URL before its host.
            detector url_credentials {
              pattern "(?<![0-9A-Za-z])[A-Za-z][0-9A-Za-z+.-]{1,30}+://\\K[^\\x{20}\\t\\r\\n\"'<>/@:?#]{0,256}+:[^\\x{20}\\t\\r\\n\"'<>/?#]{1,512}(?=@)"
            }

            /// The value of a password in a connection string or a setting.
            detector dsn_password {
              pattern "(?<![0-9A-Za-z])(?i:[a-z]{0,12}_?pass(?:word|wd)?|pwd|pgpassword|passphrase)\\x{20}{0,2}=\\x{20}{0,2}\\K(?:'[^'\\r\\n]{1,256}+'|\"[^\"\\r\\n]{1,256}+\"|[^\\x{20}\\t\\r\\n;,&'\"<>]{3,256}+)"
            }

            /// The credentials of an Authorization header (RFC 9110).
            detector authorization_header {
              pattern "(?<![0-9A-Za-z])(?i:authorization[\"']?\\x{20}?[:=]\\x{20}{0,2}[\"']?(?:(?:basic|bearer|token|digest|negotiate|apikey)\\x{20}{1,2})?|x-api-key[\"']?\\x{20}?[:=]\\x{20}{0,2}[\"']?|bearer\\x{20}{1,2}(?=[0-9A-Za-z+/=._~-]{20}))\\K[0-9A-Za-z+/=._~-]{6,8192}+"
            }

            /// The hash of a password, as crypt, argon2, PBKDF2, LDAP and PostgreSQL write it.
            detector password_hash {
              pattern "(?<![0-9A-Za-z$])\\$(?:2[abxy]\\$[0-9]{2}\\$[./0-9A-Za-z]{53}|argon2(?:id|i|d)\\$(?:v=[0-9]{1,3}\\$)?m=[0-9]{1,10},t=[0-9]{1,10},p=[0-9]{1,5}\\$[0-9A-Za-z+/=]{8,128}\\$[0-9A-Za-z+/=]{8,256}|[56]\\$(?:rounds=[0-9]{1,9}\\$)?[^$\\x{20}\\r\\n:]{1,16}\\$[./0-9A-Za-z]{43,86}|1\\$[^$\\x{20}\\r\\n:]{1,8}\\$[./0-9A-Za-z]{22}|(?:y|gy|7)\\$[./0-9A-Za-z]{1,100}+\\$[./0-9A-Za-z]{1,86}+(?:\\$[./0-9A-Za-z]{43})?|[PH]\\$[./0-9A-Za-z]{31}|scrypt\\$[0-9A-Za-z=,]{5,60}\\$[0-9A-Za-z+/=]{8,128}\\$[0-9A-Za-z+/=]{8,256}|pbkdf2(?:-sha[0-9]{1,3})?\\$[0-9]{1,9}\\$[./0-9A-Za-z]{4,128}\\$[./0-9A-Za-z]{16,128})(?![0-9A-Za-z/])"
            }

            """##,
    ]
}
