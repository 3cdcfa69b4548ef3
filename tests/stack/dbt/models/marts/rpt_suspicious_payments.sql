{{ config(materialized='view') }}
select payment_id, enrollment_id, amount, method
from {{ ref('stg_payments') }}
where amount < 1
