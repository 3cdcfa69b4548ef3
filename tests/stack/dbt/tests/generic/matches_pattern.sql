{% test matches_pattern(model, column_name, pattern) %}
  select {{ column_name }} from {{ model }} where not regexp_like({{ column_name }}, '{{ pattern }}')
{% endtest %}
