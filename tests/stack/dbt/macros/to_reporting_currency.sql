{% macro to_reporting_currency(amount, currency) %}
  cast({{ amount }} * case {{ currency }} when '{{ var("reporting_currency") }}' then 1.0 else 1.1 end as decimal(14, 2))
{% endmacro %}
