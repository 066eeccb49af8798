"""The pure rules: stages, deadlines, rights, the register's hash chain and the default lists."""
