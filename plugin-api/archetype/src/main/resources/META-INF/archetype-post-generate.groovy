import java.nio.file.Files
import java.nio.file.Path

// The archetype holds both kinds: what belongs to the other one goes.
def ofKind = [
    offering: ['Offering.java', 'Blueprint.java', 'OfferingTest.java'],
    compute : ['BackendFactory.java', 'Backend.java', 'Vendor.java', 'BackendTest.java', 'VendorOnLoopback.java'],
]
def unwanted = ofKind.findAll { it.key != request.properties['kind'] }.values().flatten()
Path project = Path.of(request.outputDirectory, request.artifactId)
Files.walk(project).withCloseable { files ->
    files.filter { it.fileName.toString() in unwanted }.toList().each { Files.delete(it) }
}
