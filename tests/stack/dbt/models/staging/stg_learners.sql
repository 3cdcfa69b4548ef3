select
  id as learner_id,
  lower(email) as email,
  full_name,
  country as country_code,
  address.city as city,
  created_at,
  updated_at
from {{ source('platform', 'learners') }}
