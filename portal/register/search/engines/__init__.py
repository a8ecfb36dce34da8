"""The engines that can stand behind the search protocol."""
