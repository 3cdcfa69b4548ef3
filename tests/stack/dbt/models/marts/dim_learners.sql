select
  l.learner_id,
  l.email,
  l.full_name,
  c.country_name,
  l.city,
  coalesce(a.active_days, 0) as active_days
from {{ ref('stg_learners') }} l
left join {{ ref('country_codes') }} c on c.code = l.country_code
left join (select learner_id, count(*) as active_days from {{ ref('int_learner_activity') }} group by learner_id) a on a.learner_id = l.learner_id
