//! The grammar that sqlparser is given: the dialect's own, made lenient where that contradicts nothing, and with a
//! budget of steps. Never knows what a statement means.

use core::any::TypeId;
use core::cell::Cell;
use core::iter::Peekable;
use core::str::Chars;
use std::rc::Rc;

use sqlparser::ast::{ColumnOption, DataType, Expr, GranteesType, Ident, ObjectNamePart, Statement};
use sqlparser::dialect::{
    BigQueryDialect, ClickHouseDialect, DatabricksDialect, Dialect as Base, DuckDbDialect, GenericDialect, HiveDialect,
    MsSqlDialect, MySqlDialect, OracleDialect, PostgreSqlDialect, Precedence, RedshiftSqlDialect, SQLiteDialect,
    SnowflakeDialect, SparkSqlDialect, TeradataDialect,
};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};

use crate::Dialect;

/// What the tokenizer and the parser are told about the dialect.
#[derive(Debug)]
pub(crate) struct Grammar {
    dialect: Dialect,
    base: &'static dyn Base,
    budget: Rc<Cell<u64>>,
}

impl Grammar {
    /// The grammar of a dialect, with the steps that parsing may take.
    pub(crate) fn new(dialect: Dialect, budget: u64) -> Self {
        Self { dialect, base: base_of(dialect), budget: Rc::new(Cell::new(budget)) }
    }

    /// The same grammar as another dialect has it, on the same budget.
    pub(crate) fn like(&self, dialect: Dialect) -> Self {
        Self { dialect, base: base_of(dialect), budget: Rc::clone(&self.budget) }
    }

    /// The dialect.
    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The steps that are left.
    pub(crate) fn left(&self) -> u64 {
        self.budget.get()
    }

    /// Takes a step; false when there was none left.
    fn step(&self) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        left > 0
    }
}

fn base_of(dialect: Dialect) -> &'static dyn Base {
    match dialect {
        Dialect::Ansi | Dialect::Trino => &GenericDialect,
        Dialect::Postgres => &PostgreSqlDialect {},
        Dialect::MySql => &MySqlDialect {},
        Dialect::Snowflake => &SnowflakeDialect,
        Dialect::BigQuery => &BigQueryDialect,
        Dialect::Redshift => &RedshiftSqlDialect {},
        Dialect::Spark => &SparkSqlDialect,
        Dialect::Databricks => &DatabricksDialect,
        Dialect::TSql => &MsSqlDialect {},
        Dialect::DuckDb => &DuckDbDialect,
        Dialect::Hive => &HiveDialect {},
        Dialect::Oracle => &OracleDialect,
        Dialect::ClickHouse => &ClickHouseDialect {},
        Dialect::Sqlite => &SQLiteDialect {},
        Dialect::Teradata => &TeradataDialect,
    }
}

/// Answers as the dialect itself does.
macro_rules! as_the_dialect {
    ($($name:ident,)*) => { $(fn $name(&self) -> bool { self.base.$name() })* };
}

/// Answers yes: to understand more than the engine does costs nothing here.
macro_rules! leniently {
    ($($name:ident,)*) => { $(fn $name(&self) -> bool { true })* };
}

impl Base for Grammar {
    as_the_dialect! {
        allow_extract_custom, allow_extract_single_quotes, convert_type_before_value,
        describe_requires_table_keyword, ignores_wildcard_escapes, require_interval_qualifier,
        requires_hash_comment_space, requires_single_line_comment_whitespace, support_map_literal_syntax,
        supports_add_column_if_not_exists, supports_aliased_function_args, supports_alter_column_position,
        supports_alter_column_type_using, supports_alter_user_as_alter_role,
        supports_approximate_percentile_disc, supports_array_element_not_null, supports_array_join_syntax,
        supports_array_typedef_with_brackets, supports_array_typedef_with_parentheses,
        supports_asc_desc_in_column_definition, supports_attach_partition_of, supports_bang_not_operator,
        supports_binary_kw_as_cast, supports_bitwise_shift_operators, supports_boolean_literals,
        supports_cast_empty_data_type_to_unspecified, supports_column_generic_options,
        supports_comma_separated_drop_column_list, supports_comma_separated_set_assignments,
        supports_comma_separated_trim, supports_comment_on, supports_comment_optimizer_hint,
        supports_comparison_in_between_low_bound, supports_connect_by,
        supports_constraint_keyword_without_name, supports_copy_from_stdin_data, supports_create_group,
        supports_create_index_with_clause, supports_create_proc_syntax, supports_create_role_if_not_exists,
        supports_create_table_like_parenthesized, supports_create_table_multi_schema_info_sources,
        supports_create_table_using, supports_create_view_comment_syntax, supports_data_type_collation,
        supports_data_type_signed_suffix, supports_data_type_zerofill_suffix, supports_detach,
        supports_detach_partition_of, supports_dictionary_syntax, supports_dollar_as_money_prefix,
        supports_dollar_placeholder, supports_double_ampersand_operator, supports_double_eq_assignment,
        supports_drop_group, supports_empty_projections, supports_end_transaction_modifier,
        supports_eq_alias_assignment, supports_exclude_constraint, supports_execute_immediate,
        supports_extract_comma_syntax, supports_factorial_operator, supports_from_first_insert,
        supports_geometric_types, supports_global_in, supports_hash_comment, supports_in_table_expression,
        supports_indexed_by, supports_insert_format, supports_insert_table_alias, supports_insert_table_function,
        supports_insert_table_query, supports_install, supports_interpolate, supports_interval_options,
        supports_is_operator, supports_key_column_option, supports_lambda_keyword_syntax,
        supports_leading_comma_before_table_options, supports_limit_by, supports_limit_comma,
        supports_listen_notify, supports_literal_prefix_in_qualified_name, supports_load_extension,
        supports_long_type_as_bigint, supports_map_literal_with_angle_brackets,
        supports_map_typedef_with_parentheses, supports_map_value_not_null, supports_match_against,
        supports_multiline_comment_hints, supports_named_fn_args_with_assignment_operator,
        supports_named_fn_args_with_colon_operator, supports_named_fn_args_with_eq_operator,
        supports_named_fn_args_with_expr_name, supports_national_string_literal,
        supports_non_decimal_integer_literals, supports_notnull_operator, supports_numeric_prefix,
        supports_optimize_table, supports_order_by_using_operator, supports_over_keyword_as_column_alias,
        supports_parenthesized_set_variables, supports_partiql, supports_partition_by_after_order_by,
        supports_pipe_operator, supports_prewhere, supports_quote_delimited_string, supports_select_exclude,
        supports_select_format, supports_select_item_multi_column_alias, supports_select_wildcard_ilike,
        supports_select_wildcard_with_alias, supports_semantic_view_table_factor, supports_set_names,
        supports_set_stmt_without_operator, supports_settings, supports_show_like_before_in,
        supports_singular_value_keyword, supports_space_separated_column_options, supports_stages,
        supports_start_transaction_modifier, supports_string_escape_constant,
        supports_string_literal_backslash_escape, supports_string_literal_column_names,
        supports_string_literal_concatenation, supports_string_literal_concatenation_with_newline,
        supports_struct_literal, supports_table_hints, supports_table_inheritance_markers,
        supports_table_partitions, supports_table_sample_before_alias, supports_tilde_like_match_operator,
        supports_top_before_distinct, supports_triple_quoted_string, supports_tuple_element_access,
        supports_unicode_string_literal, supports_unterminated_block_comments, supports_update_order_by,
        supports_user_host_grantee, supports_with_fill, supports_xml_expressions,
    }

    leniently! {
        supports_aggregate_order_by_with_empty_args, supports_array_typedef_without_element_type,
        supports_column_definition_trailing_commas, supports_comma_join_constraint,
        supports_create_table_select, supports_cross_join_constraint, supports_cte_materialization,
        supports_cte_without_as, supports_explain_with_utility_options, supports_filter_during_aggregation,
        supports_from_first_select, supports_from_trailing_commas, supports_group_by_expr,
        supports_group_by_with_modifier, supports_in_empty_list, supports_in_unparenthesized_expr,
        supports_insert_set, supports_left_associative_joins_without_parens,
        supports_load_data, supports_match_recognize, supports_named_fn_args_with_rarrow_operator,
        supports_numeric_literal_underscores, supports_object_name_double_dot_notation, supports_order_by_all,
        supports_outer_join_operator, supports_parens_around_table_factor, supports_projection_trailing_commas,
        supports_select_expr_star, supports_select_modifiers, supports_select_wildcard_except,
        supports_select_wildcard_exclude, supports_select_wildcard_rename, supports_select_wildcard_replace,
        supports_sql_option_without_value, supports_subquery_as_function_arg, supports_table_versioning,
        supports_trailing_commas, supports_try_convert, supports_unpivot_expr, supports_values_as_table_factor,
        supports_window_clause_named_window_reference, supports_window_function_null_treatment_arg,
        supports_within_after_array_aggregation,
    }

    fn dialect(&self) -> TypeId {
        self.base.dialect()
    }

    fn supports_lambda_functions(&self) -> bool {
        self.dialect.has_lambdas()
    }

    fn supports_nested_comments(&self) -> bool {
        !matches!(self.dialect, Dialect::Trino | Dialect::Ansi) && self.base.supports_nested_comments()
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        self.base.is_delimited_identifier_start(ch)
    }

    fn is_nested_delimited_identifier_start(&self, ch: char) -> bool {
        self.base.is_nested_delimited_identifier_start(ch)
    }

    fn peek_nested_delimited_identifier_quotes(&self, chars: Peekable<Chars<'_>>) -> Option<(char, Option<char>)> {
        self.base.peek_nested_delimited_identifier_quotes(chars)
    }

    fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
        self.base.identifier_quote_style(identifier)
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        ch == '_' || ch.is_alphabetic() || self.base.is_identifier_start(ch)
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch == '_' || ch.is_alphanumeric() || self.base.is_identifier_part(ch)
    }

    fn is_custom_operator_part(&self, ch: char) -> bool {
        self.base.is_custom_operator_part(ch)
    }

    fn parse_prefix(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        if !self.step() {
            return Some(Err(ParserError::RecursionLimitExceeded));
        }
        self.base.parse_prefix(parser)
    }

    fn parse_infix(&self, parser: &mut Parser, expr: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
        self.base.parse_infix(parser, expr, precedence)
    }

    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        self.base.get_next_precedence(parser)
    }

    fn parse_statement(&self, parser: &mut Parser) -> Option<Result<Statement, ParserError>> {
        self.base.parse_statement(parser)
    }

    fn parse_data_type(&self, parser: &mut Parser) -> Option<Result<DataType, ParserError>> {
        self.base.parse_data_type(parser)
    }

    fn parse_column_option(
        &self,
        parser: &mut Parser,
    ) -> Result<Option<Result<Option<ColumnOption>, ParserError>>, ParserError> {
        self.base.parse_column_option(parser)
    }

    fn prec_value(&self, precedence: Precedence) -> u8 {
        self.base.prec_value(precedence)
    }

    fn prec_unknown(&self) -> u8 {
        self.base.prec_unknown()
    }

    fn between_low_bound_precedence(&self) -> u8 {
        self.base.between_low_bound_precedence()
    }

    fn is_interval_qualifier(&self, keyword: Keyword) -> bool {
        self.base.is_interval_qualifier(keyword)
    }

    fn is_reserved_for_identifier(&self, keyword: Keyword) -> bool {
        self.base.is_reserved_for_identifier(keyword)
    }

    fn get_reserved_keywords_for_select_item_operator(&self) -> &[Keyword] {
        self.base.get_reserved_keywords_for_select_item_operator()
    }

    fn get_reserved_grantees_types(&self) -> &[GranteesType] {
        self.base.get_reserved_grantees_types()
    }

    fn is_column_alias(&self, keyword: &Keyword, parser: &mut Parser) -> bool {
        self.base.is_column_alias(keyword, parser)
    }

    fn is_select_item_alias(&self, explicit: bool, keyword: &Keyword, parser: &mut Parser) -> bool {
        self.base.is_select_item_alias(explicit, keyword, parser)
    }

    fn is_table_factor(&self, keyword: &Keyword, parser: &mut Parser) -> bool {
        self.base.is_table_factor(keyword, parser)
    }

    fn is_table_alias(&self, keyword: &Keyword, parser: &mut Parser) -> bool {
        self.base.is_table_alias(keyword, parser)
    }

    fn is_table_factor_alias(&self, explicit: bool, keyword: &Keyword, parser: &mut Parser) -> bool {
        self.base.is_table_factor_alias(explicit, keyword, parser)
    }

    fn is_identifier_generating_function_name(&self, ident: &Ident, parts: &[ObjectNamePart]) -> bool {
        self.base.is_identifier_generating_function_name(ident, parts)
    }

    fn is_custom_type_typed_string(&self, first: Keyword, qualified: bool) -> bool {
        self.base.is_custom_type_typed_string(first, qualified)
    }
}
