package coop.minga.plugin.loader;

import org.pf4j.AbstractPluginManager;
import org.pf4j.DefaultExtensionFactory;
import org.pf4j.DefaultExtensionFinder;
import org.pf4j.DefaultPluginDescriptor;
import org.pf4j.DefaultVersionManager;
import org.pf4j.ExtensionFactory;
import org.pf4j.ExtensionFinder;
import org.pf4j.Plugin;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginDescriptorFinder;
import org.pf4j.PluginFactory;
import org.pf4j.PluginLoader;
import org.pf4j.PluginRepository;
import org.pf4j.PluginRuntimeException;
import org.pf4j.PluginState;
import org.pf4j.PluginStatusProvider;
import org.pf4j.PluginWrapper;
import org.pf4j.VersionManager;

import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * PF4J with one plugin in it. PF4J's manager is not thread-safe and its loops over all plugins lose
 * some of them; with one manager each, a plugin that hangs while it starts holds up only itself.
 */
final class SinglePlugin {

    private final Manager manager;
    private final String id;

    private SinglePlugin(Manager manager, String id) {
        this.manager = manager;
        this.id = id;
    }

    static SinglePlugin load(UnpackedPlugin unpacked, ClassLoader loader, String apiVersion) {
        Manager manager = new Manager(unpacked.manifest(), loader);
        manager.setSystemVersion(apiVersion);
        String id = manager.loadPlugin(unpacked.jar());
        return new SinglePlugin(manager, id);
    }

    /** Runs the plugin's start, with the real cause thrown when it fails. */
    void start() throws Throwable {
        PluginState state = manager.startPlugin(id);
        if (state != PluginState.STARTED) {
            Throwable cause = manager.getPlugin(id).getFailedException();
            if (cause instanceof PluginRuntimeException wrapped && wrapped.getCause() != null) {
                throw wrapped.getCause();
            }
            if (cause != null) {
                throw cause;
            }
            throw new IllegalStateException("PF4J left the plugin in state " + state);
        }
    }

    void stop() throws Throwable {
        PluginWrapper wrapper = manager.getPlugin(id);
        if (wrapper != null && wrapper.getPluginState() == PluginState.STARTED) {
            manager.stopPlugin(id);
        }
    }

    private static final class Manager extends AbstractPluginManager {

        // The super constructor calls the create methods before fields are set.
        private final AtomicReference<PluginDescriptor> descriptor = new AtomicReference<>();
        private final AtomicReference<ClassLoader> loader = new AtomicReference<>();

        Manager(PluginManifest manifest, ClassLoader loader) {
            super(List.<Path>of());
            this.descriptor.set(
                    new DefaultPluginDescriptor(
                            manifest.id(),
                            manifest.description(),
                            manifest.pluginClass().orElse(Plugin.class.getName()),
                            manifest.version().toString(),
                            manifest.requires().toString(),
                            manifest.provider(),
                            manifest.license()));
            this.loader.set(loader);
        }

        @Override
        protected PluginRepository createPluginRepository() {
            return new PluginRepository() {
                @Override
                public List<Path> getPluginPaths() {
                    return List.of();
                }

                @Override
                public boolean deletePluginPath(Path path) {
                    return false;
                }
            };
        }

        @Override
        protected PluginFactory createPluginFactory() {
            return Manager::construct;
        }

        private static Plugin construct(PluginWrapper wrapper) {
            String name = wrapper.getDescriptor().getPluginClass();
            try {
                Class<?> type = wrapper.getPluginClassLoader().loadClass(name);
                if (!Plugin.class.isAssignableFrom(type)) {
                    throw new PluginRuntimeException(
                            new ClassCastException(name + " does not extend org.pf4j.Plugin"));
                }
                return (Plugin) type.getConstructor().newInstance();
            } catch (InvocationTargetException e) {
                throw new PluginRuntimeException(e.getCause());
            } catch (ReflectiveOperationException e) {
                throw new PluginRuntimeException(e);
            }
        }

        @Override
        protected ExtensionFactory createExtensionFactory() {
            return new DefaultExtensionFactory();
        }

        @Override
        protected PluginDescriptorFinder createPluginDescriptorFinder() {
            return new PluginDescriptorFinder() {
                @Override
                public boolean isApplicable(Path path) {
                    return true;
                }

                @Override
                public PluginDescriptor find(Path path) {
                    return descriptor.get();
                }
            };
        }

        @Override
        protected ExtensionFinder createExtensionFinder() {
            return new DefaultExtensionFinder(this);
        }

        @Override
        protected PluginStatusProvider createPluginStatusProvider() {
            return new PluginStatusProvider() {
                @Override
                public boolean isPluginDisabled(String pluginId) {
                    return false;
                }

                @Override
                public void disablePlugin(String pluginId) {}

                @Override
                public void enablePlugin(String pluginId) {}
            };
        }

        @Override
        protected PluginLoader createPluginLoader() {
            return new PluginLoader() {
                @Override
                public boolean isApplicable(Path path) {
                    return true;
                }

                @Override
                public ClassLoader loadPlugin(Path path, PluginDescriptor ignored) {
                    return loader.get();
                }
            };
        }

        @Override
        protected VersionManager createVersionManager() {
            return new DefaultVersionManager();
        }
    }
}
