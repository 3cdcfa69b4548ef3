{{ config(materialized='ephemeral') }}
select
  e.enrollment_id,
  e.learner_id,
  e.course_code,
  e.status,
  e.enrolled_at,
  e.updated_at,
  p.amount
from {{ ref('stg_enrollments') }} e
left join {{ ref('stg_payments') }} p on p.enrollment_id = e.enrollment_id
