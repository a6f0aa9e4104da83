"""MDT meetings as pure rules: their days, the order of their agendas, what cases lack, and what may come of one."""
