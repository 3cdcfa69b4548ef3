{{ config(materialized='incremental', unique_key='enrollment_id', incremental_strategy='merge', on_schema_change='append_new_columns') }}
select enrollment_id, learner_id, course_code, status, amount, enrolled_at, updated_at
from {{ ref('int_enrollment_payments') }}
{% if is_incremental() %}
where updated_at > (select max(updated_at) from {{ this }})
{% endif %}
