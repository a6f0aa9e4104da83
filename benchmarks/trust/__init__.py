"""The figures of trust: hostile writers, killed processes, a full disk, clerks beside a publish, and the guards."""
