select
  cast(course_code as varchar) as course_code,
  cast(title as varchar) as title,
  cast(credits as integer) as credits
from {{ ref('stg_courses') }}
