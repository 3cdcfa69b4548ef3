select
  code as course_code,
  title,
  department,
  credits,
  price,
  cardinality(syllabus) as weeks
from {{ source('platform', 'courses') }}
