"""Reports of records and what is answered; take-downs of records and what keeps them away."""
