from connector_desk import desk, wire

__all__ = ["desk", "wire"]
