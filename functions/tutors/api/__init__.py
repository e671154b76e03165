"""The HTTP endpoints: routes and the bodies they answer."""
