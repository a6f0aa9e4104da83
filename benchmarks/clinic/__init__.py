"""A simulated clinic: invented staff move invented cases from referral to discharge while processes are killed."""
