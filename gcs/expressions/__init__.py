"""The expression language of parameters, criteria, phases and expectations."""
