$BUILD --network=host .
