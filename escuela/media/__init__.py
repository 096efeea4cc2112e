"""The media library of an edition: pictures, video and audio with captions, documents; where each is used."""
