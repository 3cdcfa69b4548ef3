select
  id as payment_id,
  enrollment_id,
  {{ to_reporting_currency('amount', 'currency') }} as amount,
  method,
  paid_at
from {{ source('platform', 'payments') }}
