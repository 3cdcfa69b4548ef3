{{ config(materialized='ephemeral') }}
select course_code, count(*) as enrollments, count_if(status = 'completed') as completions, sum(amount) as revenue
from {{ ref('int_enrollment_payments') }}
group by course_code
