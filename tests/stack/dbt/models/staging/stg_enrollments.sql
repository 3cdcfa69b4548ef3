select
  id as enrollment_id,
  learner_id,
  course_code,
  status,
  grade,
  enrolled_at,
  updated_at
from {{ source('platform', 'enrollments') }}
