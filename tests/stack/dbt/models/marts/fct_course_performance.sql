select
  c.course_code,
  c.title,
  c.department,
  p.enrollments,
  p.completions,
  p.completions / cast(p.enrollments as double) as completion_rate,
  p.revenue
from {{ ref('dim_courses', v=2) }} c
join {{ ref('int_course_enrollments') }} p on p.course_code = c.course_code
