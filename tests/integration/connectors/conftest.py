from connector_desk import desk, kafka_desk, own_broker, wire

__all__ = ["desk", "kafka_desk", "own_broker", "wire"]
