select
  cast(course_code as varchar) as course_code,
  cast(title as varchar) as title,
  cast(department as varchar) as department,
  cast(price as decimal(10, 2)) as list_price
from {{ ref('stg_courses') }}
