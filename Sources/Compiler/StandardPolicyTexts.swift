// The text of the policies that ship, as in policies/std. Made from those files by `UPDATE_GOLDEN=1 swift test --filter
// StandardPolicyTests`; never edited by hand.

enum StandardPolicyTexts {
    static let all: [String: String] = [
        "std.pii": ##"""
            /// Detectors of personal data for `value` masks. They ship with the masker, which knows them by these names: the
            /// patterns here say what it looks for before it applies the checksum.
            policy std.pii edition 1

            /// An e-mail address: a local part, `@`, and a domain with at least one dot.
            detector email {
              pattern "[\\p{L}\\p{N}._%+'-]+@[\\p{L}\\p{N}-]+([.][\\p{L}\\p{N}-]+)+"
            }

            /// A payment card's number: 13 to 19 digits that pass Luhn, single spaces or dashes between them.
            detector credit_card {
              pattern   "[0-9]+([ -][0-9]+)*"
              checksum  luhn
            }

            /// A bank account's number (ISO 13616): a country's letters, check digits and length, with remainder 1 modulo 97.
            detector iban {
              pattern   "[A-Za-z]{2}[0-9]{2}[ -]?[A-Za-z0-9 -]+"
              checksum  mod97
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
                pg_catalog.oidvectortypes, pg_catalog.pg_char_to_encoding, pg_catalog.pg_collation_is_visible,
                pg_catalog.pg_conversion_is_visible, pg_catalog.pg_describe_object, pg_catalog.pg_encoding_to_char,
                pg_catalog.pg_function_is_visible, pg_catalog.pg_get_constraintdef, pg_catalog.pg_get_expr,
                pg_catalog.pg_get_function_arguments, pg_catalog.pg_get_function_identity_arguments,
                pg_catalog.pg_get_function_result, pg_catalog.pg_get_function_sqlbody, pg_catalog.pg_get_functiondef,
                pg_catalog.pg_get_indexdef, pg_catalog.pg_get_keywords, pg_catalog.pg_get_partition_constraintdef,
                pg_catalog.pg_get_partkeydef, pg_catalog.pg_get_ruledef, pg_catalog.pg_get_serial_sequence,
                pg_catalog.pg_get_statisticsobjdef_columns, pg_catalog.pg_get_triggerdef, pg_catalog.pg_get_userbyid,
                pg_catalog.pg_get_viewdef, pg_catalog.pg_has_role, pg_catalog.pg_opclass_is_visible,
                pg_catalog.pg_operator_is_visible, pg_catalog.pg_opfamily_is_visible, pg_catalog.pg_options_to_table,
                pg_catalog.pg_partition_ancestors, pg_catalog.pg_partition_tree, pg_catalog.pg_relation_is_publishable,
                pg_catalog.pg_relation_size, pg_catalog.pg_statistics_obj_is_visible, pg_catalog.pg_table_is_visible,
                pg_catalog.pg_table_size, pg_catalog.pg_total_relation_size, pg_catalog.pg_ts_config_is_visible,
                pg_catalog.pg_ts_dict_is_visible, pg_catalog.pg_ts_parser_is_visible, pg_catalog.pg_ts_template_is_visible,
                pg_catalog.pg_type_is_visible, pg_catalog.regclass, pg_catalog.regnamespace, pg_catalog.regproc,
                pg_catalog.regprocedure, pg_catalog.regrole, pg_catalog.regtype, pg_catalog.shobj_description,
                pg_catalog.to_regclass, pg_catalog.to_regtype }

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
    ]
}
