{{ config(materialized='view') }}
select d.country_name, date_trunc('month', f.enrolled_at) as month, sum(f.amount) as revenue
from {{ ref('fct_enrollments') }} f
join {{ ref('dim_learners') }} d on d.learner_id = f.learner_id
group by 1, 2
